/** Writes wheels byte for byte the same each time: sorted entries, one date, nothing compressed. */
import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';

export interface WheelContent {
  readonly name: string;
  readonly version: string;
  /** Path in the wheel -> content. */
  readonly files: Readonly<Record<string, string>>;
  readonly requires?: readonly string[];
  readonly requiresPython?: string;
  /** Path in the wheel -> where a symbolic link there points to. */
  readonly links?: Readonly<Record<string, string>>;
  /** Paths that RECORD lists besides those of the files. */
  readonly claims?: readonly string[];
}

export interface Wheel {
  readonly filename: string;
  readonly bytes: Buffer;
  readonly metadata: string;
}

/** 1 January 2024, midnight, as a ZIP archive counts. */
const DATE = ((2024 - 1980) << 9) | (1 << 5) | 1;
const MODE = { file: 0o100644, link: 0o120777 };

export function writeWheel(content: WheelContent): Wheel {
  const { name, version } = content;
  const folder = `${name}-${version}.dist-info`;
  const metadata = metadataOf(content);
  const files = {
    ...content.files,
    [`${folder}/METADATA`]: metadata,
    [`${folder}/WHEEL`]: 'Wheel-Version: 1.0\nGenerator: mini-sweep\nRoot-Is-Purelib: true\nTag: py3-none-any\n',
  };
  const claimed = (content.claims ?? []).map((path) => `${path},,\n`).join('');
  const entries = { ...files, [`${folder}/RECORD`]: claimed + recordOf(files, `${folder}/RECORD`) };
  return { filename: `${name}-${version}-py3-none-any.whl`, bytes: zip(entries, content.links ?? {}), metadata };
}

export function sha256(bytes: Buffer | string, encoding: 'hex' | 'base64url' = 'hex'): string {
  return createHash('sha256').update(bytes).digest(encoding);
}

function metadataOf({ name, version, requires = [], requiresPython }: WheelContent): string {
  const lines = [
    'Metadata-Version: 2.1',
    `Name: ${name}`,
    `Version: ${version}`,
    ...(requiresPython === undefined ? [] : [`Requires-Python: ${requiresPython}`]),
    ...requires.map((requirement) => `Requires-Dist: ${requirement}`),
  ];
  return `${lines.join('\n')}\n`;
}

/** The lines of a RECORD file for some files, and for itself. */
export function recordOf(files: Readonly<Record<string, string>>, own: string): string {
  const lines = Object.entries(files).map(
    ([path, text]) => `${path},sha256=${sha256(text, 'base64url')},${Buffer.byteLength(text)}`,
  );
  return `${[...lines.toSorted(), `${own},,`].join('\n')}\n`;
}

type Entries = Readonly<Record<string, string>>;

function zip(files: Entries, links: Entries): Buffer {
  const local: Buffer[] = [];
  const central: Buffer[] = [];
  let offset = 0;
  const entries = Object.entries({ ...files, ...links }).toSorted(([left], [right]) => (left < right ? -1 : 1));
  for (const [path, text] of entries) {
    const mode = path in links ? MODE.link : MODE.file;
    const [name, data] = [Buffer.from(path), Buffer.from(text)];
    const common = commonFields(name, data);
    const head = Buffer.concat([numbers([0x04034b50, 4]), common, numbers([0, 2]), name, data]);
    const listed = [numbers([0x02014b50, 4], [(3 << 8) | 20, 2]), common];
    central.push(...listed, numbers([0, 2], [0, 2], [0, 2], [0, 2], [(mode << 16) >>> 0, 4], [offset, 4]), name);
    local.push(head);
    offset += head.length;
  }
  const directory = Buffer.concat(central);
  const count = entries.length;
  const end = numbers(
    [0x06054b50, 4],
    [0, 2],
    [0, 2],
    [count, 2],
    [count, 2],
    [directory.length, 4],
    [offset, 4],
    [0, 2],
  );
  return Buffer.concat([...local, directory, end]);
}

/** What both headers of an entry hold: version, flags, method, time, date, checksum, sizes, length of the name. */
function commonFields(name: Buffer, data: Buffer): Buffer {
  const { length } = data;
  return numbers(
    [20, 2],
    [0x800, 2],
    [0, 2],
    [0, 2],
    [DATE, 2],
    [crc32(data), 4],
    [length, 4],
    [length, 4],
    [name.length, 2],
  );
}

/** Little-endian numbers, each with its width in bytes. */
function numbers(...fields: readonly (readonly [value: number, width: number])[]): Buffer {
  return Buffer.concat(
    fields.map(([value, width]) => {
      const field = Buffer.alloc(width);
      field.writeUIntLE(value, 0, width);
      return field;
    }),
  );
}
