/** What a machine has, what a probe is kept from there, and what to change, as rows of words. */
import { addressInWords } from '../domain/package.ts';
import { indexesInWords } from './plan.ts';

export interface DoctorFacts {
  readonly node: string;
  readonly python: { readonly version: string; readonly path: string };
  readonly uv: { readonly version: string; readonly path: string };
  /** Addresses as they are set, credentials and all: they are shown without. */
  readonly indexes: readonly string[];
  readonly torch: string;
  /** As reports name it. */
  readonly device: string;
  readonly deviceProblems: readonly string[];
  readonly oracle: string;
  readonly cache: { readonly folder: string; readonly freeBytes: number };
  readonly containment: {
    readonly name: string;
    readonly enforced: readonly string[];
    readonly missing: readonly string[];
  };
  /** What workflows lack, and notes about them, as `file: sentence`. */
  readonly setup: readonly string[];
}

const NOTHING_LACKS = 'one calls peft-sweep, and lacks nothing';
const ALLOW = 'Allow user namespaces, or run as root in a container with CAP_SYS_ADMIN.';

export function renderDoctor(facts: DoctorFacts): string {
  const { python, uv, cache, containment, setup } = facts;
  const rows: readonly [string, string][] = [
    ['node', facts.node],
    ['python', `${python.version} at ${python.path}`],
    ['uv', `${uv.version} at ${uv.path}`],
    ['index', indexesInWords(facts.indexes.map(addressInWords))],
    ['torch', facts.torch],
    ['device', facts.device],
    ...facts.deviceProblems.map((what): [string, string] => ['', what]),
    ['oracle', facts.oracle],
    ['cache', `${cache.folder}, ${Math.floor(cache.freeBytes / 1e9)} GB free`],
    ['isolation', isolationText(containment)],
    ...containment.missing.map((what): [string, string] => ['', `not enforced: ${what}. ${ALLOW}`]),
    ...workflowRows(setup),
  ];
  return `${rows.map(([name, text]) => `${name.padEnd(11)}${text}`).join('\n')}\n`;
}

/** A claim that the name says already is not said again. */
function isolationText({ name, enforced }: DoctorFacts['containment']): string {
  return `${name}: ${enforced.filter((claim) => !name.includes(claim)).join(', ')}`;
}

function workflowRows(setup: readonly string[]): readonly [string, string][] {
  const said = setup.length > 0 ? setup : [NOTHING_LACKS];
  return said.map((text, index) => [index === 0 ? 'workflows' : '', text]);
}
