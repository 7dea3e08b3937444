import { createContext, useContext } from "react";

export interface ChosenBrand {
  readonly brand: string;
  readonly currency: string;
  readonly timeZone: string;
}
export const BrandContext = createContext<ChosenBrand | null>(null);

export function useBrand(): ChosenBrand {
  const brand = useContext(BrandContext);
  if (!brand) throw new Error("no brand above");
  return brand;
}
