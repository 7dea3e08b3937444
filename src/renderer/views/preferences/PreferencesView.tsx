import type { Preferences } from "../../../shared/api/contract/preferences.ts";
import { useBrand } from "../../app/BrandContext.ts";
import { useAsk } from "../../client/queries.ts";
import { Empty, Failure, Head, Waiting } from "../../components/parts.tsx";
import { day, integer } from "../../format/format.ts";
import { BargainPanel } from "./BargainPanel.tsx";
import { BundlePanel } from "./BundlePanel.tsx";
import { ChannelPanel } from "./ChannelPanel.tsx";
import { ChoicePanel } from "./ChoicePanel.tsx";
import { DiscountPanel } from "./DiscountPanel.tsx";
import { firstFinding } from "./findings.ts";
import { PricePanel } from "./PricePanel.tsx";
import { ProductPanel } from "./ProductPanel.tsx";
import { RhythmPanel } from "./RhythmPanel.tsx";
import { StorePanel } from "./StorePanel.tsx";
import { Strip } from "./Strip.tsx";
import { TimingPanel } from "./TimingPanel.tsx";
import "./preferences.css";

export function PreferencesView() {
  const { brand } = useBrand();
  const preferences = useAsk("preferences.read", { brand });
  if (preferences.isPending)
    return (
      <>
        <Head title="Preferences" />
        <Waiting label="Reading preferences" />
      </>
    );
  if (preferences.isError)
    return (
      <>
        <Head title="Preferences" />
        {preferences.error.code === "not_found" ? (
          <Empty
            title="No preferences yet"
            action={
              <a className="button primary" href="/overview" data-route>
                Go to Overview
              </a>
            }
          >
            What customers are drawn to, by category, brand, product, price, discount, channel, time and store, stands
            here after the first run.
          </Empty>
        ) : (
          <Failure error={preferences.error} onRetry={() => void preferences.refetch()} />
        )}
      </>
    );
  return <Body data={preferences.data} />;
}

function Body({ data }: { data: Preferences }) {
  const isKnown = [data.categories, data.brands, data.channels, data.products, data.price, data.discount].some(
    ({ scored }) => scored > 0,
  );
  return (
    <>
      <Head
        title="Preferences"
        right={
          <>
            <span className="fact">
              As of <b>{day(data.as_of)}</b>
            </span>
            <span className="fact">
              <b>{integer(data.buyers)}</b> buyers
            </span>
          </>
        }
      />
      {isKnown ? <Panels data={data} /> : <Nothing data={data} />}
    </>
  );
}

function Nothing({ data }: { data: Preferences }) {
  return (
    <>
      <NoTaste buyers={data.buyers} />
      {data.timing.scored > 0 && (
        <div className="tastes">
          <div>
            <TimingPanel data={data.timing} />
          </div>
          {data.stores.scored > 0 && (
            <div>
              <StorePanel data={data.stores} />
            </div>
          )}
        </div>
      )}
    </>
  );
}

function NoTaste({ buyers }: { buyers: number }) {
  return (
    <Empty
      title="Orders alone tell nothing of taste"
      action={
        <a className="button primary" href="/sources/add" data-route>
          Add source
        </a>
      }
    >
      {buyers === 0
        ? "Nobody has bought yet."
        : "Products on the order lines would tell of products and prices; a catalogue with categories and brands of those; list prices or discounts of reductions; a channel on the orders of channels."}
    </Empty>
  );
}

function Panels({ data }: { data: Preferences }) {
  return (
    <>
      <Strip data={data} />
      <div className="tastes">
        <div>
          <ChoicePanel
            data={data.categories}
            what="category"
            title={firstFinding(data.categories, "category")}
            under="Customers by the category their next lines are expected from most, and by how large a share it has"
            field="top_category"
            share="top_category_affinity"
            few={8}
          />
          <DiscountPanel data={data.discount} />
          <PricePanel data={data.price} currency={data.currency} />
          {data.bundles.rows.length > 0 && <BundlePanel data={data.bundles} />}
          {data.timing.scored > 0 && <TimingPanel data={data.timing} />}
        </div>
        <div>
          <ChoicePanel
            data={data.brands}
            what="brand"
            title={firstFinding(data.brands, "brand")}
            under="Customers by first brand"
            field="top_brand"
            share="top_brand_affinity"
            few={8}
            isWide={false}
          />
          {data.discount.scored > 0 && <BargainPanel data={data.discount} />}
          <ChannelPanel data={data.channels} />
          <ProductPanel data={data.products} />
          {data.rhythms.rows.length > 0 && <RhythmPanel data={data.rhythms} />}
          {data.stores.scored > 0 && <StorePanel data={data.stores} />}
        </div>
      </div>
    </>
  );
}
