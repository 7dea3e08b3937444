import { createContext, useContext } from "react";
import type { FiscalSettings } from "../../shared/domain/fiscal-calendar.ts";

export interface ChosenBrand {
  readonly brand: string;
  readonly currency: string;
  readonly timeZone: string;
  readonly calendar: FiscalSettings;
}
export const BrandContext = createContext<ChosenBrand | null>(null);

export function useBrand(): ChosenBrand {
  const brand = useContext(BrandContext);
  if (!brand) throw new Error("no brand above");
  return brand;
}
