import type { Customer } from "../../../shared/api/contract/customers.ts";
import { Term } from "../../components/Term.tsx";
import { day, decimal, integer, shortDay, unknown, word } from "../../format/format.ts";

const few = 3;
type Habit = Customer["habits"][number];

/** What the next basket holds, what is due, and in which size, when and where somebody buys; nothing stands where nothing is known. */
export function Habits({ data }: { data: Customer }) {
  const { next_basket: next, due, sizes, habits } = data;
  const find = (name: Habit["name"]) => habits.find((habit) => habit.name === name);
  const [hour, weekday, season, send] = [
    find("best_hour"),
    find("best_weekday"),
    find("best_season"),
    find("best_send_hour"),
  ];
  const [colour, store] = [find("colour_preference"), find("home_store")];
  return (
    <>
      {next.length > 0 && (
        <>
          <dt>
            <Term name="next_basket">Next basket</Term>
          </dt>
          <dd className="list">
            {next.slice(0, few).map(({ product_id, name, n_orders }) => (
              <span key={product_id} className="clip" title={`${name ?? unknown}, ${product_id}`}>
                {name ?? product_id}
                <span className="muted">{n_orders > 0 ? ` ${integer(n_orders)}×` : " new"}</span>
              </span>
            ))}
          </dd>
        </>
      )}
      {due.length > 0 && (
        <>
          <dt>
            <Term name="replenishment">Due again</Term>
          </dt>
          <dd className="list">
            {due.slice(0, few).map(({ level, item, name, on, low, high, interval_days }) => (
              <span
                key={`${level} ${item}`}
                className="clip"
                title={`${name ?? item}: every ${decimal(interval_days, 0)} days or so; 80 % limits ${day(low)} to ${day(high)}`}
              >
                {shortDay(on)} <span className="muted">{name ?? word(item)}</span>
              </span>
            ))}
          </dd>
        </>
      )}
      {(sizes.length > 0 || colour) && (
        <>
          <dt>
            <Term name="size_preference">Size</Term>
          </dt>
          <dd>
            {sizes.slice(0, few).map(({ category, size }) => (
              <span key={category}>
                {size}
                <span className="muted"> in {category}</span>
              </span>
            ))}
            {colour && <Part habit={colour} text={word(colour.value)} />}
          </dd>
        </>
      )}
      {(weekday || hour) && (
        <>
          <dt>
            <Term name="best_hour">Time</Term>
          </dt>
          <dd>
            {weekday && <Part habit={weekday} text={weekday.value} />}
            {hour && <Part habit={hour} text={`${hour.value.padStart(2, "0")}:00`} />}
            {season && <Part habit={season} text={season.value} />}
          </dd>
        </>
      )}
      {send && (
        <>
          <dt>
            <Term name="best_send_hour">Write at</Term>
          </dt>
          <dd>
            <Part habit={send} text={`${send.value.padStart(2, "0")}:00`} />
          </dd>
        </>
      )}
      {store && (
        <>
          <dt>
            <Term name="home_store">Store</Term>
          </dt>
          <dd>
            <Part habit={store} text={store.label ?? store.value} />
          </dd>
        </>
      )}
    </>
  );
}

/** A choice with its share; pale where it is the retailer's rather than the customer's own. */
function Part({ habit: { share, enough_data }, text }: { habit: Habit; text: string }) {
  const percent = (value: number | null) => `${Math.round(100 * (value ?? 0))}`;
  const limits = share.low === null ? "" : `, 80 % limits ${percent(share.low)}–${percent(share.high)} %`;
  return (
    <span
      className={enough_data ? "" : "muted"}
      title={`${percent(share.value)} % of what is expected${limits}${enough_data ? "" : "; little of their own to go by"}`}
    >
      {text} {percent(share.value)} %
    </span>
  );
}
