import type { Preferences } from "../../../shared/api/contract/preferences.ts";
import { useBrand } from "../../app/BrandContext.ts";
import { useAsk } from "../../client/queries.ts";
import { useProof } from "../../client/use-proof.ts";
import { Proven } from "../../components/Proven.tsx";
import { Empty, Failure, Head } from "../../components/parts.tsx";
import { Skeleton } from "../../components/Skeleton.tsx";
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
        <Skeleton
          label="Reading preferences"
          figures={5}
          isLow
          columns={[
            { part: 7, panels: [346, 342, 300] },
            { part: 5, panels: [290, 232, 156] },
          ]}
        />
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
  const proof = useProof();
  const isHidden = (model: string) => !proof.isShown && proof.isModelDoubted(model);
  return (
    <>
      <Strip data={data} isHidden={isHidden} />
      <div className="tastes">
        <div>
          <Proven model="category_affinity" what="Category affinity">
            <ChoicePanel
              data={data.categories}
              what="category"
              title={firstFinding(data.categories, "category")}
              under="Customers by the category their next lines are expected from most, and by how large a share it has"
              field="top_category"
              share="top_category_affinity"
              few={8}
            />
          </Proven>
          <Proven model="discount_affinity" what="Discount affinity">
            <DiscountPanel data={data.discount} />
          </Proven>
          <Proven model="price_tier" what="Price tiers">
            <PricePanel data={data.price} currency={data.currency} />
          </Proven>
          {data.bundles.rows.length > 0 && (
            <Proven model="bundles" what="Bundles">
              <BundlePanel data={data.bundles} />
            </Proven>
          )}
          {data.timing.scored > 0 && (
            <Proven model="timing_preference" what="Timing">
              <TimingPanel data={data.timing} />
            </Proven>
          )}
        </div>
        <div>
          <Proven model="brand_affinity" what="Brand affinity">
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
          </Proven>
          {data.discount.scored > 0 && !isHidden("discount_affinity") && <BargainPanel data={data.discount} />}
          <Proven model="channel_preference" what="Channel preference">
            <ChannelPanel data={data.channels} />
          </Proven>
          <Proven model="product_affinity" what="Product affinity">
            <ProductPanel data={data.products} />
          </Proven>
          {data.rhythms.rows.length > 0 && (
            <Proven model="replenishment" what="Replenishment">
              <RhythmPanel data={data.rhythms} />
            </Proven>
          )}
          {data.stores.scored > 0 && (
            <Proven model="store_affinity" what="Home stores">
              <StorePanel data={data.stores} />
            </Proven>
          )}
        </div>
      </div>
    </>
  );
}
