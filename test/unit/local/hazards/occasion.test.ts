import { expect, test } from 'vitest';
import { strikes } from '../../../../local/hazards/occasion.ts';
import { randomFor } from '../../../../local/hazards/random.ts';

const never = () => 0.999;
const ask = (isDue: () => boolean, times: number) => Array.from({ length: times }, isDue);

test('a hazard spares the first, strikes so often, and then no more', () => {
  expect(ask(strikes({ skip: 2, times: 2, chance: 1 }, never), 6)).toEqual([false, false, true, true, false, false]);
});

test('a hazard without a limit strikes each time, and one without a chance never', () => {
  expect(ask(strikes({ skip: 0, chance: 1 }, never), 3)).toEqual([true, true, true]);
  expect(
    ask(
      strikes({ skip: 0, chance: 0 }, () => 0),
      3,
    ),
  ).toEqual([false, false, false]);
});

test('the same seed and label draw the same numbers, another one others', () => {
  const draw = (seed: number, label: string) => Array.from({ length: 5 }, randomFor(seed, label));
  expect(draw(1, 'frames')).toEqual(draw(1, 'frames'));
  expect(draw(1, 'frames')).not.toEqual(draw(2, 'frames'));
  expect(draw(1, 'frames')).not.toEqual(draw(1, 'events'));
});

test('a chance is met about as often as it says', () => {
  const struck = ask(strikes({ skip: 0, chance: 0.2 }, randomFor(7, 'chance')), 10_000).filter(Boolean);
  expect(Math.abs(struck.length - 2_000)).toBeLessThan(200);
});
