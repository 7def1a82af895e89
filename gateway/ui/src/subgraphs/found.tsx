// Types and fields with the subgraphs they are in, and a view's fields with what they read.

import { useState } from 'react';
import { count } from '../figures';
import { resolves, type FieldAt, type FieldPlaces, type Places, type Reading, type TypePlaces } from './places';
import { find } from './search';

/** Looks up a coordinate instead. */
type LookUp = (text: string) => void;

export function FoundPlaces({ places, text, lookUp }: { places: Places; text: string; lookUp: LookUp }) {
  const { types, fields, readings, left } = find(places, text);
  if (types.length + fields.length + readings.length === 0) {
    return <p>Nothing of the graph is called “{text.trim()}”.</p>;
  }
  return (
    <>
      {readings.length > 0 && <h3>In the view {places.view?.name}</h3>}
      {readings.length > 0 && <Readings readings={readings} places={places} lookUp={lookUp} />}
      {types.length > 0 && <h3>Types</h3>}
      {types.map((type) => (
        <TypeCard key={type.name} type={type} isOpen={types.length === 1} />
      ))}
      {fields.length > 0 && <h3>Fields</h3>}
      <ul className="weft-places">
        {fields.map((field) => (
          <FieldRow key={field.coordinate} field={field} title={field.coordinate} />
        ))}
      </ul>
      {left > 0 && <p className="weft-quiet">and {left} more: write more of the name</p>}
    </>
  );
}

function TypeCard({ type, isOpen }: { type: TypePlaces; isOpen: boolean }) {
  const [open, setOpen] = useState(isOpen);
  return (
    <details className="weft-fetch" open={open} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>
        <code>
          <span className="weft-keyword">{type.kind}</span> {type.name}
        </code>{' '}
        {type.hidden && <span className="weft-tag">inaccessible</span>}
        <span className="weft-figures">{count(type.in.length, 'subgraph')}</span>
      </summary>
      <ul className="weft-places">
        {type.in.map((at, index) => (
          <li key={index}>
            <span className="weft-chip">{at.subgraph}</span>{' '}
            {at.interfaceObject && <span className="weft-tag">interface object</span>}
            {at.keys.map((key) => (
              <p key={key.fields} className="weft-quiet">
                by the key <code>{key.fields}</code>
                {!key.resolvable && ', which it only knows: it is not entered by it'}
              </p>
            ))}
          </li>
        ))}
      </ul>
      {open && type.fields.length > 0 && (
        <ul className="weft-places weft-inner">
          {type.fields.map((field) => (
            <FieldRow key={field.name} field={field} title={field.name} />
          ))}
        </ul>
      )}
    </details>
  );
}

function FieldRow({ field, title }: { field: FieldPlaces; title: string }) {
  const isShared = field.in.filter((at) => resolves(at) && !at.overrideLabel).length > 1;
  return (
    <li>
      <div>
        <code>
          {title}
          {field.type && <span className="weft-type">: {field.type}</span>}
        </code>
      </div>
      <div className="weft-chips">
        <Chips field={field} />
        {isShared && <span className="weft-tag">shared</span>}
        {field.hidden && <span className="weft-tag">inaccessible</span>}
      </div>
      {field.in.map((at) => sentences(at, field).map((sentence) => (
        <p key={at.subgraph + sentence} className="weft-quiet">{sentence}</p>
      )))}
    </li>
  );
}

function Chips({ field }: { field: FieldPlaces }) {
  return field.in.map((at, index) => (
    <span key={index} className={resolves(at) ? 'weft-chip' : 'weft-chip weft-elsewhere'}>
      {at.subgraph}
      {at.external && ' · external'}
      {at.overridden && ' · overridden'}
    </span>
  ));
}

function sentences(at: FieldAt, { in: all }: FieldPlaces): string[] {
  const { subgraph, requires, provides, overrides, overrideLabel } = at;
  const said = [];
  if (requires) said.push(`${subgraph} requires { ${requires} } of other subgraphs`);
  if (provides) said.push(`${subgraph} provides { ${provides} } below it`);
  if (overrides) {
    const when = overrideLabel ? ` where ${overrideLabel} is set` : '';
    said.push(`${subgraph} overrides ${overrides}${when}`);
  }
  if (at.external && all.some(resolves)) said.push(`${subgraph} answers it only where it is provided`);
  return said;
}

/** The fields of a view, by its types. */
export function Readings({ readings, places, lookUp }: { readings: Reading[]; places: Places; lookUp: LookUp }) {
  const types = [...new Set(readings.map((reading) => reading.type))];
  const fields = new Map(
    places.types.flatMap((type) => type.fields.map((field) => [field.coordinate, field])),
  );
  return types.map((type) => {
    const own = readings.filter((reading) => reading.type === type);
    return (
      <div key={type} className="weft-reading">
        <p>
          <code>{type}</code> <span className="weft-quiet">is the graph’s {own[0]?.of}</span>
        </p>
        <ul className="weft-places">
          {own.map((reading) => (
            <ReadingRow key={reading.coordinate} reading={reading} fields={fields} lookUp={lookUp} />
          ))}
        </ul>
      </div>
    );
  });
}

interface ReadingRowProps {
  reading: Reading;
  fields: Map<string, FieldPlaces>;
  lookUp: LookUp;
}

function ReadingRow({ reading: { field, reads }, fields, lookUp }: ReadingRowProps) {
  const end = fields.get(reads.at(-1) ?? '');
  return (
    <li>
      <div>
        <code>{field}</code>
      </div>
      {reads.length === 0 && <p className="weft-quiet">groups fields of the same object</p>}
      {reads.length > 0 && (
        <div className="weft-way">
          {reads.map((coordinate, index) => (
            <span key={index}>
              {index > 0 && <span aria-hidden="true">→ </span>}
              <button type="button" className="weft-link" onClick={() => lookUp(coordinate)}>
                {coordinate}
              </button>{' '}
            </span>
          ))}
          {end && <Chips field={end} />}
        </div>
      )}
    </li>
  );
}
