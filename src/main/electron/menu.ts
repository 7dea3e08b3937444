import type { MenuItemConstructorOptions } from "electron";

export interface MenuOptions {
  readonly isMac: boolean;
  readonly isPackaged: boolean;
  readonly checkForUpdates: () => void;
}

/** The application's menu; the screens' own commands are in their palette. */
export function menuTemplate({ isMac, isPackaged, checkForUpdates }: MenuOptions): MenuItemConstructorOptions[] {
  const separator: MenuItemConstructorOptions = { type: "separator" };
  const developer: MenuItemConstructorOptions[] = isPackaged ? [] : [separator, { role: "toggleDevTools" }];
  const updates: MenuItemConstructorOptions[] = isPackaged
    ? [{ label: "Check for updates…", click: checkForUpdates }]
    : [];
  return [
    ...(isMac ? [{ role: "appMenu" } as const] : []),
    { label: "File", submenu: [isMac ? { role: "close" } : { role: "quit" }] },
    { role: "editMenu" },
    {
      label: "View",
      submenu: [
        { role: "reload" },
        separator,
        { role: "resetZoom" },
        { role: "zoomIn" },
        { role: "zoomOut" },
        separator,
        { role: "togglefullscreen" },
        ...developer,
      ],
    },
    { role: "windowMenu" },
    { role: "help", submenu: [...updates, { role: "about" }] },
  ];
}
