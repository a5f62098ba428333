// The keys that work on every page: only these are known before anything is loaded, and the list of commands has them from here.

export const TAB_KEYS = { palette: "Mod-k", shortcuts: "?", "toggle-talk": "Mod-.", "turn-face": "Mod-Shift-e", focus: "Mod-Shift-f" } as const;
