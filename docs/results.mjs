// The tables of docs/matrix-results.md, from what `npm run matrix` left in results/.
import { existsSync, readFileSync } from 'node:fs';

const OUTCOMES = ['pass', 'wrong', 'fail', 'unsupported', 'skipped', 'inconclusive', 'unresolved'];
const escaped = (text) =>
  String(text)
    .replaceAll('|', '\\|')
    .replaceAll(/[\n`<>]/g, ' ');
const row = (...cells) => `| ${cells.join(' | ')} |`;
const SHOWN = 3;

/** Name of a table -> its text. */
export function resultTables() {
  const pairs = JSON.parse(readFileSync('results/pairs.json', 'utf8'))
    .filter(({ name }) => existsSync(`results/${name}.json`))
    .map(({ name }) => ({ name, ...JSON.parse(readFileSync(`results/${name}.json`, 'utf8')) }));
  return { counts: countTable(pairs), methods: methodTable(pairs), causes: pairs.map(causeTable).join('\n\n') };
}

function title({ pins }) {
  return Object.entries(pins)
    .map(([name, version]) => `${name} ${version}`)
    .join(', ');
}

function countOf({ groups }, outcome, wanted = () => true) {
  return groups
    .filter((group) => group.outcome === outcome)
    .reduce((sum, { cells }) => sum + cells.filter(wanted).length, 0);
}

function countTable(pairs) {
  const head = ['releases', 'measured on', 'torch', 'cells', ...OUTCOMES];
  const rows = pairs.map((pair) => {
    const counts = OUTCOMES.map((outcome) => countOf(pair, outcome));
    return row(
      title(pair),
      pair.date,
      pair.lock.torch ?? '',
      counts.reduce((a, b) => a + b, 0),
      ...counts,
    );
  });
  return [row(...head), `|${'---|'.repeat(head.length)}`, ...rows].join('\n');
}

/** For each method, how many of its cells pass with each pair. */
function methodTable(pairs) {
  const methodOf = (cell) => cell.split('/')[0];
  const methods = [...new Set(pairs.flatMap(({ groups }) => groups.flatMap(({ cells }) => cells.map(methodOf))))];
  const passing = (pair, method) => {
    const wanted = (cell) => methodOf(cell) === method;
    const all = OUTCOMES.reduce((sum, outcome) => sum + countOf(pair, outcome, wanted), 0);
    return all === 0 ? '' : `${countOf(pair, 'pass', wanted)} of ${all}`;
  };
  const head = ['method', ...pairs.map(title)];
  const rows = methods.toSorted().map((method) => row(method, ...pairs.map((pair) => passing(pair, method))));
  return [row(...head), `|${'---|'.repeat(head.length)}`, ...rows].join('\n');
}

function causeTable(pair) {
  const causes = pair.groups.filter(({ outcome }) => outcome !== 'pass');
  const rows = causes.map(({ outcome, stage = '', message = '', frames = [], cells }) => {
    const some = cells.slice(0, SHOWN).join(', ');
    const more = cells.length > SHOWN ? ` and ${cells.length - SHOWN} more` : '';
    return row(outcome, stage, escaped(message).slice(0, 220), escaped(frames.at(-1) ?? ''), `${some}${more}`);
  });
  const head = [row('outcome', 'stage', 'what is said', 'raised in', 'cells'), '|---|---|---|---|---|'];
  return [`### ${title(pair)}`, '', ...head, ...rows].join('\n');
}
