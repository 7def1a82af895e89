// What is found for a text: types, fields, and fields of the view.

import type { FieldPlaces, Places, Reading, TypePlaces } from './places';

export interface Found {
  types: TypePlaces[];
  fields: FieldPlaces[];
  readings: Reading[];
  /** Found, and more than anybody reads. */
  left: number;
}

const SHOWN_MAX = 40;

/** `user`, `User.email`, `.email`: nearest first, and in the order of the schema. */
export function find(places: Places, text: string): Found {
  const wanted = text.trim().toLowerCase();
  const types = ranked(places.types, (type) => rank(type.name, wanted));
  const all = places.types.flatMap((type) => type.fields);
  const fields = ranked(all, (field) => rankOfField(field.coordinate, wanted));
  const own = places.view?.readings ?? [];
  const readings = ranked(own, (reading) => {
    const ranks = [reading.coordinate, ...reading.reads].map((it) => rankOfField(it, wanted));
    return ranks.reduce(nearer, null);
  });
  const groups = [types, fields, readings];
  const left = groups.reduce((sum, group) => sum + Math.max(0, group.length - SHOWN_MAX), 0);
  return {
    types: types.slice(0, SHOWN_MAX),
    fields: fields.slice(0, SHOWN_MAX),
    readings: readings.slice(0, SHOWN_MAX),
    left,
  };
}

/** `null`: not found. */
type Rank = number | null;

function ranked<T>(all: T[], rankOf: (one: T) => Rank): T[] {
  const found = all.flatMap((one) => {
    const rank = rankOf(one);
    return rank === null ? [] : [{ one, rank }];
  });
  return found.sort((a, b) => a.rank - b.rank).map(({ one }) => one);
}

/** With a point both parts count, without one the field's name. */
function rankOfField(coordinate: string, wanted: string): Rank {
  const [type = '', field = ''] = coordinate.split('.');
  const point = wanted.indexOf('.');
  if (point < 0) return rank(field, wanted);
  const ofType = point === 0 ? 0 : rank(type, wanted.slice(0, point));
  const ofField = point === wanted.length - 1 ? 0 : rank(field, wanted.slice(point + 1));
  return ofType === null || ofField === null ? null : ofType + ofField;
}

function rank(name: string, wanted: string): Rank {
  const lower = name.toLowerCase();
  if (lower === wanted) return 0;
  if (lower.startsWith(wanted)) return 1;
  return lower.includes(wanted) ? 2 : null;
}

function nearer(one: Rank, other: Rank): Rank {
  if (one === null || other === null) return one ?? other;
  return Math.min(one, other);
}
