import { expect, test } from "vitest";
import { Turns } from "./turns.ts";

test("no more than so many at once, and of those that wait the weightiest first", async () => {
  const turns = new Turns(2);
  const begun: string[] = [];
  let [running, most] = [0, 0];
  const work = (name: string, weight: number) =>
    turns.take(weight, async () => {
      begun.push(name);
      most = Math.max(most, ++running);
      await new Promise((resolve) => setTimeout(resolve, 2));
      running--;
      return name;
    });
  const all = await Promise.all([work("a", 1), work("b", 1), work("c", 2), work("d", 9), work("e", 5)]);
  expect(all).toEqual(["a", "b", "c", "d", "e"]);
  expect(begun).toEqual(["a", "b", "d", "e", "c"]);
  expect(most).toBe(2);
});

test("work that fails gives its turn on", async () => {
  const turns = new Turns(1);
  const failed = turns.take(1, () => Promise.reject(new Error("no")));
  const next = turns.take(1, async () => "done");
  await expect(failed).rejects.toThrow("no");
  expect(await next).toBe("done");
});
