/** The longer checks of a script. */
import type { Task } from '../../domain/matrix.ts';

/** Rows that are padded on their right are classified as they are without. */
export const PADDED: readonly string[] = [
  'with torch.no_grad():',
  '    seen = torch.ones_like(ids)',
  '    seen[2, 9:] = seen[3, 7:] = 0',
  '    model.eval()',
  '    together = model(input_ids=ids * seen, attention_mask=seen).logits[2:]',
  '    alone = torch.cat([model(input_ids=ids[row : row + 1, :end]).logits for row, end in ((2, 9), (3, 7))])',
  'require_close("logits of rows that are padded on the right, and without padding,", together, alone)',
];

export function headTrained(head: string): readonly string[] {
  return [
    `if not any("${head}" in name.split(".") for name in trained):`,
    '    raise SystemExit("the new head is not among what is trained")',
  ];
}

/** Greedy tokens, with the cache and without, are each the best of one pass over them. */
export function generation(task: Task): readonly string[] {
  const over = task.decodes
    ? 'model(input_ids=prompts, attention_mask=seen, decoder_input_ids=tokens[:, :-1]).logits'
    : 'model(input_ids=tokens, attention_mask=torch.ones_like(tokens)).logits[:, -9:-1]';
  return [
    'prompts = ids[:2, :6]',
    'seen = torch.ones_like(prompts)',
    'model.eval()',
    'for use_cache in (True, False):',
    '    with torch.no_grad():',
    '        tokens = model.generate(',
    '            input_ids=prompts, attention_mask=seen, max_new_tokens=8, do_sample=False, use_cache=use_cache',
    '        )',
    `        logits = ${over}`,
    '    made = tokens[:, -logits.shape[1] :]',
    '    gap = (logits.max(-1).values - logits.gather(-1, made[..., None])[..., 0]).max().item()',
    '    if gap > 1e-3:',
    '        raise SystemExit(',
    '            f"greedy tokens with use_cache={use_cache} are not the best of one pass over them: {gap:.3g} below"',
    '        )',
  ];
}
