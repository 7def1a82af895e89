// Responses compared: `data` value by value, numbers as they are written; of `errors`, whether there
// are any, for every router has its own words.

/** What differs, as text; nothing when the answer is as good as the expected one. */
export function difference(expected, text) {
  let answer;
  try {
    answer = parse(text);
  } catch (error) {
    return `  not JSON (${error.message}): ${text.slice(0, 300)}`;
  }
  const [wanted, found] = [expected, answer].map((one) => canonical(one?.data ?? null));
  const hasErrors = (one) => Array.isArray(one?.errors) && one.errors.length > 0;
  if (wanted === found && hasErrors(expected) === hasErrors(answer)) return undefined;
  const errors = hasErrors(answer) ? `\n  errors   ${JSON.stringify(answer.errors).slice(0, 500)}` : '';
  const missing = hasErrors(expected) && !hasErrors(answer) ? '\n  and an error is expected' : '';
  return `  expected ${wanted}\n  answered ${found}${errors}${missing}`;
}

/** JSON with numbers as text and objects as maps, so that nothing is lost in reading. */
export function parse(text) {
  const reader = { text, at: 0 };
  const value = readValue(reader);
  skipBlanks(reader);
  if (reader.at < text.length) throw new Error(`something follows at ${reader.at}`);
  return value;
}

/** One text for equal values: the order of keys says nothing. */
function canonical(value) {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (value instanceof Written) return value.text;
  if (value !== null && typeof value === 'object') {
    const keys = Object.keys(value).sort();
    return `{${keys.map((key) => `${JSON.stringify(key)}:${canonical(value[key])}`).join(',')}}`;
  }
  return JSON.stringify(value);
}

/** A number as it is written. */
class Written {
  constructor(text) {
    this.text = text;
  }

  toJSON() {
    return this.text;
  }
}

const STRING = /"(?:[^"\\]|\\.)*"/y;
const WORD = /[^\s,\]}]+/y;

function readValue(reader) {
  skipBlanks(reader);
  const first = reader.text[reader.at];
  if (first === '{') return readObject(reader);
  if (first === '[') return readList(reader);
  if (first === '"') return JSON.parse(take(reader, STRING));
  const word = take(reader, WORD);
  return typeof JSON.parse(word) === 'number' ? new Written(word) : JSON.parse(word);
}

function readObject(reader) {
  const found = Object.create(null);
  readItems(reader, '}', () => {
    const key = JSON.parse(take(reader, STRING));
    skipBlanks(reader);
    expect(reader, ':');
    found[key] = readValue(reader);
  });
  return found;
}

function readList(reader) {
  const found = [];
  readItems(reader, ']', () => found.push(readValue(reader)));
  return found;
}

function readItems(reader, end, readItem) {
  reader.at += 1;
  skipBlanks(reader);
  while (reader.text[reader.at] !== end) {
    readItem();
    skipBlanks(reader);
    if (reader.text[reader.at] !== end) expect(reader, ',');
    skipBlanks(reader);
  }
  reader.at += 1;
}

function skipBlanks(reader) {
  while (/\s/.test(reader.text[reader.at] ?? '')) reader.at += 1;
}

function expect(reader, character) {
  if (reader.text[reader.at] !== character) throw new Error(`no \`${character}\` at ${reader.at}`);
  reader.at += 1;
}

function take(reader, pattern) {
  pattern.lastIndex = reader.at;
  const found = pattern.exec(reader.text);
  if (!found) throw new Error(`nothing readable at ${reader.at}`);
  reader.at = pattern.lastIndex;
  return found[0];
}
