/** What a cell of the code is made with: of its surroundings only what there is one of. */
import type { Written, WrittenConfiguration } from '../../domain/own-configuration.ts';
import type { MethodFact, ModelFact, QuantizationFact } from './fact.ts';

interface Around {
  readonly models: readonly ModelFact[];
  readonly quantizations: readonly QuantizationFact[];
  /** Whether one way of calling leads from the method to these. */
  readonly isNear: boolean;
}

interface Source {
  readonly written?: readonly Written[];
  readonly at?: string;
}

/** Undefined where no argument is written anywhere. */
export function writtenFor(place: string, method: MethodFact, around: Around): WrittenConfiguration | undefined {
  const quantization = onlyOne(around.quantizations, around.isNear);
  const model = onlyOne(around.models, around.isNear);
  const found = {
    method: method.written ?? [],
    quantization: quantization.written,
    loading: model.written,
    at: [...new Set([place, ...quantization.at, ...model.at])],
  };
  const isAny = found.method.length + found.quantization.length + found.loading.length > 0;
  return isAny ? found : undefined;
}

/** What one place says; of several that differ only the names, since nobody can tell which it is. */
function onlyOne(sources: readonly Source[], isNear: boolean) {
  const saying = sources.filter(({ written = [] }) => written.length > 0);
  const [first, ...others] = saying;
  const at = saying.flatMap((one) => one.at ?? []);
  if (first === undefined) return { written: [], at: [] };
  const isOne = others.every(({ written }) => JSON.stringify(written) === JSON.stringify(first.written));
  if (isOne && isNear && saying.length === sources.length) return { written: first.written ?? [], at: at.slice(0, 1) };
  const names = [...new Set(saying.flatMap(({ written = [] }) => written.map(({ argument }) => argument)))];
  return { written: names.map((argument) => ({ argument })), at: [] };
}
