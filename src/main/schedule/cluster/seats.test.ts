import { expect, it } from "vitest";
import { Seats } from "./seats.ts";

it("gives a worker to the next task while the last one's results are committed", () => {
  let changes = 0;
  const seats = new Seats(2, () => changes++);
  const [one, two] = [seats.take(), seats.take()];
  expect([one.worker, two.worker, seats.computing, seats.most(2)]).toEqual([1, 2, 2, 2]);
  two.made();
  two.made();
  expect([seats.computing, seats.most(2), changes]).toEqual([1, 3, 1]);
  const three = seats.take();
  expect(three.worker).toBe(2);
  two.leave();
  two.leave();
  expect([seats.computing, seats.most(2), changes]).toEqual([2, 2, 2]);
  three.leave();
  one.leave();
  expect([seats.computing, seats.most(2), seats.take().worker]).toEqual([0, 2, 1]);
});

it("takes nothing new beyond eight commits", () => {
  const seats = new Seats(1, () => {});
  for (let at = 0; at < 12; at++) seats.take().made();
  expect([seats.computing, seats.most(1)]).toEqual([0, 9]);
});
