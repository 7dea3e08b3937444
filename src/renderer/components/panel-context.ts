import { createContext } from "react";

/** Whether what is drawn stands in a panel, whose title is a heading of the second level. */
export const PanelContext = createContext(false);
