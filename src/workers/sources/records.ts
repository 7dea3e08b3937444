export interface TextRecord {
  readonly cells: readonly string[];
  /** The line that it begins on, from 1, and how many it spans. */
  readonly line: number;
  readonly lines: number;
}

/** Splits a text into records, quotes respected. For samples: whole files go through `writeRows`. */
export function splitRecords(text: string, delimiter: string, quote = '"'): TextRecord[] {
  return text.includes(quote) ? splitQuoted(text, delimiter, quote) : splitPlain(text, delimiter);
}

function splitPlain(text: string, delimiter: string): TextRecord[] {
  const lines = text.split("\n");
  const rest = lines.pop() ?? "";
  const records = lines.map((line, at): TextRecord => {
    const row = line.endsWith("\r") ? line.slice(0, -1) : line;
    return { cells: row.split(delimiter), line: at + 1, lines: 1 };
  });
  if (rest !== "") records.push({ cells: rest.split(delimiter), line: records.length + 1, lines: 1 });
  return records;
}

function splitQuoted(text: string, delimiter: string, quote: string): TextRecord[] {
  const records: TextRecord[] = [];
  let cells: string[] = [];
  let cell = "";
  let isQuoted = false;
  let line = 1;
  let lines = 1;
  const finish = () => {
    records.push({ cells: [...cells, cell], line, lines });
    line += lines;
    lines = 1;
    cells = [];
    cell = "";
  };
  for (let at = 0; at < text.length; at++) {
    const letter = text[at] ?? "";
    if (isQuoted) {
      if (letter === quote && text[at + 1] === quote) {
        cell += quote;
        at++;
      } else if (letter === quote) isQuoted = false;
      else {
        if (letter === "\n") lines++;
        cell += letter;
      }
    } else if (letter === quote && cell.trim() === "") {
      isQuoted = true;
      cell = "";
    } else if (letter === delimiter) {
      cells.push(cell);
      cell = "";
    } else if (letter === "\n") finish();
    else if (letter !== "\r" || text[at + 1] !== "\n") cell += letter;
  }
  if (cell !== "" || cells.length > 0) finish();
  return records;
}
