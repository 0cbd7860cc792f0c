/** What the stages that broke mean for somebody who trains. */
import { isControl, parseCellId } from '../domain/cell.ts';
import { STAGES } from '../domain/outcome.ts';
import type { Report, ReportComparison } from './model.ts';
import { plural, worse } from './summary.ts';

type Kind = 'raised' | 'check';

/** By the first stage that broke: everything before it still passes. */
const HARM: Readonly<Record<string, Readonly<Record<Kind, string>>>> = {
  import: both('The libraries cannot be imported together: nothing runs.'),
  build: both('The model cannot be loaded: training does not start.'),
  quantize: both('The model cannot be quantized: training does not start.'),
  attach: {
    raised: 'The adapter cannot be put on the model: training does not start.',
    check: 'The adapter has nothing to train.',
  },
  forward: {
    raised: 'The first forward pass fails: training does not start.',
    check: 'The forward pass gives what it should not: training learns from it, and nothing raises.',
  },
  train: {
    raised: 'Training fails.',
    check: 'Training runs and does not train what it should: nothing raises.',
  },
  generate: {
    raised: 'Training passes and generation fails: you would find out after the fine-tune.',
    check: 'Training passes and only what is generated is wrong: you would find out after the fine-tune.',
  },
  reload: {
    raised: 'Training passes and the saved adapter cannot be loaded: you would find out after the fine-tune.',
    check:
      'Training passes and the saved adapter does not come back as it was: you would find out after the fine-tune.',
  },
  carry: {
    raised: 'Training passes; adapters that were saved before the change cannot be loaded after it.',
    check: 'Training passes; adapters that were saved before the change do not mean the same after it.',
  },
  disable: {
    raised: 'Training and generation pass; switching the adapter off fails.',
    check: 'Training and generation pass; with the adapter switched off the model is not what it was.',
  },
  merge: {
    raised: 'Training passes and merging fails: you would find out after the fine-tune.',
    check: 'Training passes and merging changes the model: you would find out after the fine-tune.',
  },
};

/** The same for the model itself. */
const MODEL_HARM: Readonly<Record<string, string>> = {
  import: 'The libraries cannot be imported: nothing runs.',
  build: 'The model itself cannot be loaded: nothing runs.',
  quantize: 'The model itself cannot be quantized: training does not start.',
  attach: 'The model itself cannot be run: training does not start.',
  forward: 'The model itself cannot be run: training does not start.',
  train: 'The model itself does not train as it did.',
  generate: 'The model itself does not generate as it did: you would find out after the fine-tune.',
  carry: 'The model itself gives other outputs than before the change, with or without an adapter.',
};

/** By the check that does not hold, where that says more than its stage. */
export const CHECK_HARM: Readonly<Record<string, string>> = {
  'not-quantized': 'Layers stay unquantized: the model needs more memory than it should, and nothing raises.',
  'golden-differs': 'The model itself computes something else than its weights mean, with or without an adapter.',
  'trainable-differs': 'Parts of the adapter are missing, frozen or misplaced: less is trained, and nothing raises.',
  'adapter-dtype': 'The adapter is rounded to fewer bits than it should have: it learns less, and nothing raises.',
  'transplant-differs': 'What the virtual tokens say does not reach the model as it should: nothing raises.',
  'mask-ignored': 'Padding changes results: batches of texts of unequal lengths are trained and answered wrongly.',
  'right-padding-differs':
    'What stands behind a text changes it: batches that are padded on the right are trained and answered wrongly.',
  'left-padding-differs':
    'Padding in front of a text changes it: batches that are padded on the left are answered wrongly.',
  'window-ignored': 'Texts that are longer than the sliding window are read otherwise than the model was trained to.',
  'caps-ignored': 'Scores that should be capped are not: the model answers otherwise than it was trained to.',
  'dropout-differs':
    'Dropout acts where it should not, or does not act: training or answers are not what was configured.',
  'adapter-dropout-differs':
    'Dropout of the adapter acts where it should not, or does not act: it is not what was configured.',
  untied: 'Embeddings of input and output part, or are one by mistake: what is trained in one is lost in the other.',
  'reload-untied': 'After a reload embeddings of input and output are no longer what they were in training.',
  'merge-untied': 'After merging embeddings of input and output are no longer what they were in training.',
  'checkpointing-differs': 'With gradient checkpointing something else is trained than without, and nothing raises.',
  'reentrant-checkpointing-differs':
    'With gradient checkpointing, in its older form, something else is trained than without, and nothing raises.',
  'padded-generation-differs': 'Prompts of unequal lengths that are answered together get other answers than alone.',
  'end-ignored': 'Generation runs on behind the end of an answer, or pads it with text.',
  'cache-crop-differs': 'Assisted decoding, which cuts the cache back, gives other tokens than plain decoding.',
  'windowed-generation-differs': 'Texts that are longer than the sliding window are continued wrongly.',
  'merged-reload-differs':
    'A merged model that was saved is another one when it is loaded: you would find out when it is served.',
  'loss-differs': 'Training minimizes something other than the loss of the labels: nothing raises.',
  'eval-differs': 'What is trained is not what is evaluated and generated: you would find out after the fine-tune.',
  'reload-unquantized': 'The model is larger after a reload than in training, and gives other outputs.',
  'merge-unquantized':
    'The merged model is not quantized any more: it needs more memory than the one that was trained.',
  'gradient-zero': 'A part of the adapter stays as it was made: less is learnt, and nothing raises.',
  'formula-differs':
    'The adapter acts otherwise than its file says: another release or program will give other outputs.',
};

const LESS = 'Every check passes, and less is trained or learnt: without this you would not see it.';

function both(text: string): Readonly<Record<Kind, string>> {
  return { raised: text, check: text };
}

const SHOWN = 3;

/** One sentence for each first stage that broke, in the order of the stages; with counts where they differ. */
export function harmText(report: Report): string {
  const cells = worse(report).filter(({ cause }) => cause === undefined);
  const found = new Map<string, number>();
  for (const cell of cells.toSorted((left, right) => position(left) - position(right))) {
    const text = harmOf(cell, report.results);
    found.set(text, (found.get(text) ?? 0) + 1);
  }
  const several = found.size > 1;
  return [...found]
    .slice(0, SHOWN)
    .map(([text, count]) => (several ? `${plural(count, 'cell')}: ${text}` : text))
    .join(' ');
}

function harmOf(cell: ReportComparison, results: Report['results']): string {
  const fresh = firstFresh(cell);
  if (fresh === undefined) return cell.after === 'unsupported' ? 'The new release does not support it.' : LESS;
  const ofCheck = fresh.kind === 'check' ? harmOfCheck(cell.cell, fresh.stage, results) : undefined;
  if (ofCheck !== undefined) return ofCheck;
  if (isControl(parseCellId(cell.cell))) return MODEL_HARM[fresh.stage] ?? '';
  const [earliest] = cell.failedAfter;
  if (earliest && earliest.stage !== fresh.stage)
    return `Broken at ${earliest.stage} before the change already; now at ${fresh.stage} too.`;
  return HARM[fresh.stage]?.[fresh.kind] ?? '';
}

function harmOfCheck(cell: string, stage: string, results: Report['results']): string | undefined {
  const failures = results.filter((result) => result.cell === cell).flatMap((result) => result.failures);
  const types = failures.filter((failure) => failure.stage === stage).map(({ type }) => type);
  // The first counts: what fails behind it may follow from it.
  return CHECK_HARM[types[0] ?? ''];
}

function firstFresh({ what, failedAfter }: ReportComparison) {
  return failedAfter.find(({ stage }) => what.includes(stage));
}

function position(cell: ReportComparison): number {
  const fresh = firstFresh(cell);
  return fresh === undefined ? STAGES.length : STAGES.indexOf(fresh.stage);
}
