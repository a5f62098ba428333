// What was picked or dropped, and several files as one archive: unpacked, as ZIP has it (PKWARE APPNOTE 6.3.10), since the server packs nothing out of it
// that stays. Their bytes are read once for the checksum, one file after the other, and stay where they are.

export interface Picked {
  /** Where it lay, with its folders. */
  path: string;
  file: File;
}

/** What was dropped: an entry of a file system, or a file alone where it comes from none. */
export type Dropped = FileSystemEntry | File | null;

/** An archive of the first kind counts with 32 bits. */
const BYTES_MAX = 0xffff_ffff;
const FILES_MAX = 0xfffe;

export class TooLarge extends Error {}

/** The files of what is dropped, also those in folders. */
export async function picked(entries: readonly Dropped[]): Promise<Picked[]> {
  const found: Picked[] = [];
  for (const entry of entries) {
    if (entry instanceof File) found.push({ path: entry.name, file: entry });
    else if (entry !== null) await walk(entry, "", found);
  }
  return found;
}

async function walk(entry: FileSystemEntry, folder: string, found: Picked[]): Promise<void> {
  if (found.length > FILES_MAX) return;
  if (entry.isFile) {
    const file = await new Promise<File>((resolve, reject) => (entry as FileSystemFileEntry).file(resolve, reject));
    found.push({ path: folder + entry.name, file });
  } else if (!entry.name.startsWith(".")) {
    const reader = (entry as FileSystemDirectoryEntry).createReader();
    const next = () => new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject));
    // It answers with some of them at a time, and with none at the end.
    for (let some = await next(); some.length > 0; some = await next()) for (const one of some) await walk(one, `${folder}${entry.name}/`, found);
  }
}

/** All of them in one archive; none when it is not wanted any more. */
export async function packed(all: readonly Picked[], isOver: () => boolean): Promise<Blob | undefined> {
  const parts: BlobPart[] = [];
  const list: BlobPart[] = [];
  let [at, listBytes] = [0, 0];
  if (all.length > FILES_MAX) throw new TooLarge();
  for (const { path, file } of all) {
    if (isOver()) return undefined;
    const name = new TextEncoder().encode(path);
    const head = header(name.length, file.size, await checksum(file));
    const local = new Uint8Array([0x50, 0x4b, 3, 4, ...head, 0, 0]);
    const listed = new DataView(new ArrayBuffer(46));
    new Uint8Array(listed.buffer).set([0x50, 0x4b, 1, 2, 20, 0, ...head]);
    listed.setUint32(42, at, true);
    parts.push(local, name, file);
    list.push(listed, name);
    at += local.length + name.length + file.size;
    listBytes += 46 + name.length;
    if (at + listBytes > BYTES_MAX) throw new TooLarge();
  }
  const end = new DataView(new ArrayBuffer(22));
  new Uint8Array(end.buffer).set([0x50, 0x4b, 5, 6]);
  end.setUint16(8, all.length, true);
  end.setUint16(10, all.length, true);
  end.setUint32(12, listBytes, true);
  end.setUint32(16, at, true);
  return new Blob([...parts, ...list, end]);
}

/** What both heads of a file say: version 2.0, a name in UTF-8, stored as it is, on the first of January 1980. */
function header(nameBytes: number, bytes: number, crc: number): Uint8Array {
  const head = new DataView(new ArrayBuffer(24));
  head.setUint16(0, 20, true);
  head.setUint16(2, 0x800, true);
  head.setUint16(8, 0x21, true);
  head.setUint32(10, crc, true);
  head.setUint32(14, bytes, true);
  head.setUint32(18, bytes, true);
  head.setUint16(22, nameBytes, true);
  return new Uint8Array(head.buffer);
}

const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit += 1) value = value & 1 ? 0xedb88320 ^ (value >>> 1) : value >>> 1;
  return value >>> 0;
});

/** CRC-32 of a file, read piece by piece. */
async function checksum(file: Blob): Promise<number> {
  let crc = 0xffffffff;
  const reader = file.stream().getReader();
  for (let piece = await reader.read(); !piece.done; piece = await reader.read()) {
    for (const byte of piece.value) crc = TABLE[(crc ^ byte) & 0xff]! ^ (crc >>> 8);
  }
  return ~crc >>> 0;
}
