//! The tab's store on this device (`web/editor/src/device.ts`): rows of bytes that outlive the tab, one store for each account.

use bytes::Bytes;
use js_sys::{Array, Uint8Array};
use shared::id::UserId;
use shared::session::{Care, Keep, KeyRange, Rows, TabId};
use wasm_bindgen::JsCast as _;
use wasm_bindgen::prelude::{Closure, JsValue, wasm_bindgen};

#[wasm_bindgen(module = "inkling-editor")]
extern "C" {
    #[wasm_bindgen(js_name = openDevice, catch)]
    async fn open_device(name: &str, tab: &str) -> Result<JsValue, JsValue>;

    #[wasm_bindgen(js_name = countFiles, catch)]
    async fn count_files(name: &str) -> Result<JsValue, JsValue>;

    #[wasm_bindgen(js_name = destroyDevice, catch)]
    async fn destroy_device(name: &str) -> Result<JsValue, JsValue>;

    /// Hands a text to the person as a file.
    pub fn download(name: &str, text: &str);

    #[derive(Clone)]
    type JsDevice;

    #[wasm_bindgen(method, catch)]
    async fn read(this: &JsDevice, from: Uint8Array, to: Uint8Array) -> Result<JsValue, JsValue>;

    #[wasm_bindgen(method, catch)]
    async fn write(this: &JsDevice, drops: Array, puts: Array, strict: bool) -> Result<JsValue, JsValue>;

    #[wasm_bindgen(method, catch)]
    async fn probe(this: &JsDevice, bytes: u32) -> Result<JsValue, JsValue>;

    #[wasm_bindgen(method, catch)]
    async fn settled(this: &JsDevice) -> Result<JsValue, JsValue>;

    #[wasm_bindgen(method, catch)]
    async fn living(this: &JsDevice) -> Result<JsValue, JsValue>;

    #[wasm_bindgen(method, catch)]
    async fn alone(this: &JsDevice) -> Result<JsValue, JsValue>;

    #[wasm_bindgen(method)]
    fn tell(this: &JsDevice, news: &str);

    #[wasm_bindgen(method)]
    fn hear(this: &JsDevice, heard: &JsValue);
}

/// A store that is open; a clone is a handle to the same one.
#[derive(Clone)]
pub struct Device {
    device: JsDevice,
}

/// The store did not do as asked. What it says is for the console.
#[derive(Debug)]
pub struct Failed(pub JsValue);

/// Nobody else takes anything over while this is held.
pub struct Alone(js_sys::Function);

impl Drop for Alone {
    fn drop(&mut self) {
        self.0.call0(&JsValue::NULL).expect("letting go of a lock cannot fail");
    }
}

impl Device {
    /// Opens the store of an account, and shows other tabs that this one lives.
    pub async fn open(user: UserId, tab: TabId) -> Result<Self, Failed> {
        let opened = open_device(&name(user), &format!("{:032x}", tab.0)).await;
        let device = opened.map_err(Failed)?.unchecked_into();
        Ok(Self { device })
    }

    /// The rows in a range.
    pub async fn read(&self, (from, to): KeyRange) -> Result<Rows, Failed> {
        let rows = self.device.read(array(&from), array(&to)).await.map_err(Failed)?;
        let parts: Vec<Bytes> = rows
            .unchecked_into::<Array>()
            .iter()
            .map(|part| part.unchecked_into::<Uint8Array>().to_vec().into())
            .collect();
        let pairs = parts.chunks_exact(2);
        Ok(pairs.map(|pair| (pair[0].clone(), pair[1].clone())).collect())
    }

    /// Carries a transaction of the session out.
    pub async fn keep(&self, keep: &Keep) -> Result<(), Failed> {
        self.write(&keep.drops, &keep.puts, keep.care).await
    }

    /// One transaction; ends when it is kept.
    pub async fn write(&self, drops: &[KeyRange], puts: &Rows, care: Care) -> Result<(), Failed> {
        let drops = drops.iter().flat_map(|(from, to)| [array(from), array(to)]);
        let puts = puts.iter().flat_map(|(key, value)| [array(key), array(value)]);
        let written = self.device.write(drops.collect(), puts.collect(), care == Care::Strict);
        written.await.map_err(Failed).map(drop)
    }

    /// Ends when it has taken so many bytes, which are gone again then.
    pub async fn probe(&self, bytes: u32) -> Result<(), Failed> {
        self.device.probe(bytes).await.map_err(Failed).map(drop)
    }

    /// Ends when nothing is being written that was begun before.
    pub async fn settled(&self) {
        // It cannot fail: failures are told to those who wrote.
        drop(self.device.settled().await);
    }

    /// The tabs that live, this one among them.
    pub async fn living(&self) -> Result<Vec<TabId>, Failed> {
        let names = self.device.living().await.map_err(Failed)?;
        let names = names.unchecked_into::<Array>();
        let ids = names
            .iter()
            .filter_map(|name| u128::from_str_radix(&name.as_string()?, 16).ok());
        Ok(ids.map(TabId).collect())
    }

    /// Waits until no other tab takes anything over.
    pub async fn alone(&self) -> Result<Alone, Failed> {
        let leave = self.device.alone().await.map_err(Failed)?;
        Ok(Alone(leave.unchecked_into()))
    }

    /// Tells the other tabs of the account.
    pub fn tell(&self, news: &str) {
        self.device.tell(news);
    }

    /// Hears what they tell, for as long as the page is there.
    pub fn hear(&self, heard: impl Fn(String) + 'static) {
        let heard: Closure<dyn Fn(String)> = Closure::new(heard);
        self.device.hear(&heard.into_js_value());
    }

    /// How many files of the account are not on the server yet.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a count of files is far below 2^53"
    )]
    pub async fn files(user: UserId) -> u64 {
        // Where it cannot be told, nothing is kept.
        let count = count_files(&name(user)).await.ok().and_then(|count| count.as_f64());
        count.map_or(0, |count| count as u64)
    }

    /// Removes everything that is kept for the account, under the hands of all tabs.
    pub async fn destroy(user: UserId) -> Result<(), Failed> {
        destroy_device(&name(user)).await.map_err(Failed).map(drop)
    }
}

/// What the store of an account is called.
pub fn name(user: UserId) -> String {
    format!("inkling-{user}")
}

fn array(bytes: &[u8]) -> Uint8Array {
    Uint8Array::from(bytes)
}
