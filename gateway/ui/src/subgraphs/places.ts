// Which part of the graph is in which subgraph, and which fields of the graph a view reads.

import { isRecord, records, text, textOrNull, texts, type JsonObject } from '../json';

/** A type in one subgraph. */
export interface TypeAt {
  subgraph: string;
  keys: { fields: string; resolvable: boolean }[];
  interfaceObject: boolean;
}

/** A field in one subgraph. */
export interface FieldAt {
  subgraph: string;
  external: boolean;
  overridden: boolean;
  requires: string | null;
  provides: string | null;
  overrides: string | null;
  overrideLabel: string | null;
}

export interface FieldPlaces {
  /** `User.email` */
  coordinate: string;
  name: string;
  type: string | null;
  /** No client sees it. */
  hidden: boolean;
  in: FieldAt[];
}

export interface TypePlaces {
  name: string;
  kind: string;
  hidden: boolean;
  in: TypeAt[];
  fields: FieldPlaces[];
}

/** A field of a view, and the graph's fields on the way to its value. */
export interface Reading {
  coordinate: string;
  type: string;
  /** The graph's type that the view's stands for. */
  of: string;
  field: string;
  reads: string[];
}

export interface Places {
  types: TypePlaces[];
  view: { name: string; readings: Reading[] } | null;
}

export async function loadPlaces(endpoint: string): Promise<Places> {
  const url = `/ui/places.json?path=${encodeURIComponent(endpoint)}`;
  const response = await fetch(url);
  if (!response.ok) throw new Error(`The gateway answered ${url} with status ${response.status}.`);
  const body: unknown = await response.json();
  const { types, view } = isRecord(body) ? body : {};
  return {
    types: records(types).map(readType),
    view: isRecord(view)
      ? { name: text(view.name), readings: records(view.fields).map(readReading) }
      : null,
  };
}

/** Whether the subgraph answers the field whoever asks; where it is provided, it does as well. */
export function resolves(at: FieldAt): boolean {
  return !at.external && !at.overridden;
}

function readType(type: JsonObject): TypePlaces {
  const name = text(type.name);
  return {
    name,
    kind: text(type.kind),
    hidden: type.hidden === true,
    in: records(type.in).map((at) => ({
      subgraph: text(at.subgraph),
      keys: records(at.keys).map((key) => ({
        fields: text(key.fields),
        resolvable: key.resolvable === true,
      })),
      interfaceObject: at.interfaceObject === true,
    })),
    fields: records(type.fields).map((field) => ({
      coordinate: `${name}.${text(field.name)}`,
      name: text(field.name),
      type: textOrNull(field.type),
      hidden: field.hidden === true,
      in: records(field.in).map(readFieldAt),
    })),
  };
}

function readFieldAt(at: JsonObject): FieldAt {
  return {
    subgraph: text(at.subgraph),
    external: at.external === true,
    overridden: at.overridden === true,
    requires: textOrNull(at.requires),
    provides: textOrNull(at.provides),
    overrides: textOrNull(at.overrides),
    overrideLabel: textOrNull(at.overrideLabel),
  };
}

function readReading(reading: JsonObject): Reading {
  const [type, field] = [text(reading.type), text(reading.field)];
  const coordinate = `${type}.${field}`;
  return { coordinate, type, field, of: text(reading.of), reads: texts(reading.reads) };
}
