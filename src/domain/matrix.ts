/**
 * The matrix: what each method, quantization, architecture and task is and needs. The files are the ones that the probe
 * reads; here they are checked, so that an entry with a key that nobody reads fails at once.
 */
import { z } from 'zod';
import architectures from '../../probe/matrix/architectures.json' with { type: 'json' };
import methods from '../../probe/matrix/methods.json' with { type: 'json' };
import quantizers from '../../probe/matrix/quantizers.json' with { type: 'json' };
import tasks from '../../probe/matrix/tasks.json' with { type: 'json' };
import unmeasured from '../../probe/matrix/unmeasured-architectures.json' with { type: 'json' };
import { STAGES } from './outcome.ts';

/** An object of a package, made with arguments of its own: `torchao.quantization.Int8WeightOnlyConfig`. */
const Made = z.strictObject({
  make: z.string().regex(/^\w+(\.\w+)+$/),
  get with() {
    return z
      .record(z.string(), z.union([z.string(), z.number(), z.strictObject({ torch: z.string() }), Made]))
      .optional();
  },
});

/** The module names that an architecture gives a role. */
const Modules = z.strictObject({ modules: z.string() });

const Argument = z.union([
  Made,
  z.string(),
  z.number(),
  z.boolean(),
  z.array(z.string()),
  z.array(z.number()),
  z.array(z.array(z.number())),
  /** A table that is meant as it stands. */
  z.strictObject({ is: z.record(z.string(), z.number()) }),
  /** A configuration inside the configuration, made by a class of PEFT. */
  z.strictObject({
    peft: z.string(),
    with: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), Modules])),
  }),
  Modules,
  /** A number of the model: its `width`. */
  z.strictObject({ model: z.string() }),
  /** What a preparation made. */
  z.strictObject({ made: z.string() }),
  z.strictObject({ job: z.string() }),
  z.strictObject({ torch: z.string() }),
]);

export const Exemption = z.strictObject({
  where: z.enum(['everywhere', 'quantized', 'new-head']),
  why: z.string().min(1),
});

/** What is said of something -> why, in words. */
const Reasons = z.record(z.string(), z.string().min(1));

const Exemptions = z.partialRecord(z.enum(STAGES), Exemption);

/** A library that an environment must hold besides those that every cell needs. */
export const NeededPackage = z.strictObject({
  /** The first release that has what is asked of it. */
  since: z.string().regex(/^\d+(\.\d+)+$/),
  /** The module that is imported, where it is not called like the package. */
  module: z.string().optional(),
});

export const Method = z.strictObject({
  /** How it is called in a sentence. */
  words: z.string().min(1),
  /** PEFT's configuration class. */
  config: z.string(),
  /** PEFT's name of the method in a table: `{"peft_type": "LORA"}`. A variant has none of its own. */
  peftType: z.string().optional(),
  /** The keyword by which user code asks for a variant of the configuration class, and its value where not any will do. */
  saidBy: z.strictObject({ keyword: z.string(), is: z.string().optional() }).optional(),
  arguments: z.record(z.string(), Argument),
  /** Arguments without which it would be another method. */
  defining: z.array(z.string()).optional(),
  learningRate: z.number().positive(),
  /** Architecture -> a rate of its own. */
  learningRates: z.record(z.string(), z.number().positive()).optional(),
  /** Why a card's verdict can be another than a CPU's. */
  perDevice: z.string().min(1).optional(),
  /** A function of the base model that is told the number of each step. */
  afterStep: z.string().optional(),
  /** The only ones that it was tried with, if not all. */
  quantizations: z.array(z.string()).optional(),
  /** The only ones that it is for, if not all. */
  architectures: z.array(z.string()).optional(),
  tasks: z.array(z.string()).optional(),
  /** Architecture -> why there is no cell of it. */
  refuses: Reasons.optional(),
  /** What its users do besides, by the name that the probe has for it. */
  prepared: z.string().optional(),
  /** What its users install besides. */
  packages: z.record(z.string(), NeededPackage).optional(),
  notMeasured: Exemptions.optional(),
  /** Stages that must run, and whose numbers say nothing. */
  notCompared: Exemptions.optional(),
  /** Check -> why it does not hold by design. */
  byDesign: Reasons.optional(),
  /** Pattern of trainable tensors -> why they get no gradient by design. */
  untrained: Reasons.optional(),
});
export type Method = z.infer<typeof Method>;

export const Quantizer = z.strictObject({
  words: z.string().min(1),
  packages: z.record(z.string(), NeededPackage),
  /** Storage of one quantized weight, in bytes; unquantized weights are counted as 16-bit. */
  bytesPerWeight: z.number().positive(),
  tolerance: z.number().positive(),
  mergeTolerance: z.number().positive(),
  /** Measured where nobody names a quantization: the others are named, found in code, or their package is swept or held. */
  usual: z.boolean().optional(),
  /** transformers' class, and what it is made with; without arguments the checkpoint says all. */
  config: z.string().optional(),
  arguments: z.record(z.string(), Argument).optional(),
  /** The keyword by which user code asks for this one of its class's forms, and the values that do. */
  saidBy: z.strictObject({ keyword: z.string(), is: z.array(z.string()).min(1) }).optional(),
  /** The form that a checkpoint is packed in before it is loaded, and the `quantization_config` that it then has. */
  packed: z.string().optional(),
  settings: z.record(z.string(), z.unknown()).optional(),
  /** A function that quantizes a loaded model, and the configuration that it is given. */
  quantizes: z.strictObject({ by: z.string(), config: Made }).optional(),
  /** When its weights are floats again, by design. */
  dequantized: z.enum(['on loading', 'in the first pass']).optional(),
  /** It runs on no CPU: what the library says there, and the oldest card, as CUDA counts them. */
  needsGpu: z.strictObject({ says: z.string().min(1), capability: z.number().positive().optional() }).optional(),
  /** Why a card's verdict can be another than a CPU's: each has code of its own. Absent where both take the same. */
  perDevice: z.string().min(1).optional(),
  /** Why it is measured only where it is named: it takes longer than a cell may. */
  slow: z.string().min(1).optional(),
  /** Packages that have no wheel and would be built, which runs their code outside of the isolation. */
  built: z.array(z.string()).optional(),
  notMeasured: Exemptions.optional(),
  /** Architecture -> why there is no cell of it. */
  refuses: Reasons.optional(),
});
export type Quantizer = z.infer<typeof Quantizer>;

export const Task = z.strictObject({
  /** PEFT's name of it; absent where it has none, and users name none. */
  taskType: z.string().optional(),
  auto: z.string(),
  /** What a row holds, if it is not text alone: with a picture, pictures or sound alone, or pairs of picture and text. */
  inputs: z.enum(['picture and text', 'media', 'pairs']).optional(),
  targets: z.enum(['next-token', 'reversed', 'class-of-token', 'class-of-row', 'own']),
  /** What an output calls its logits, if not so. */
  logits: z.string().optional(),
  logitsPer: z.enum(['token', 'row', 'target']),
  generates: z.boolean().optional(),
  decodes: z.boolean().optional(),
  labels: z.int().positive().optional(),
  /** Why there is no cell of a method that adds or trains tokens. */
  withoutTokens: z.string().min(1).optional(),
});
export type Task = z.infer<typeof Task>;

/** A pattern of names, as text: data holds no regular expression. */
const Pattern = z.string().min(1);

const Names = {
  /** Patterns of model classes. */
  classes: z.array(Pattern),
  /** Patterns of well-known checkpoints. No name fits two architectures; one that only resembles another is not taken. */
  models: z.array(Pattern),
};

/** An input beside text: numbers of a shape, the same for each row, or marks on tokens that stand for a picture. */
export const Feed = z.strictObject({
  waves: z.array(z.int().positive()).min(1).optional(),
  each: z.array(z.int()).min(1).optional(),
  marks: z.literal(true).optional(),
  /** Rows follow one another along their first dimension. */
  joined: z.literal(true).optional(),
});

/** Parts of a model that the loss of a task does not reach: pieces of their names, and why. */
export const Idle = z.strictObject({ names: z.array(z.string()).min(1), why: z.string().min(1) });

export const Architecture = z.strictObject({
  /** The tasks that its checkpoint can be loaded for. */
  tasks: z.array(z.string()).min(1),
  /** The `model_type` of transformers, where that is not its name here. */
  modelType: z.string().optional(),
  /** The first release of transformers that has it; absent where it is older than what is measured. */
  since: z.string().optional(),
  ...Names,
  /** Names of modules by what adapts them. */
  modules: z.record(z.string(), z.array(z.string()).min(1)),
  /** Task -> the head that is new in it. */
  heads: z.record(z.string(), z.string()).optional(),
  pads: z.enum(['left', 'right']).optional(),
  /** The only ones that fit its widths, if not all. */
  quantizations: z.array(z.string()).optional(),
  /** Name of an input -> how it is made. */
  feeds: z.record(z.string(), Feed).optional(),
  /** Task -> what is idle in it. */
  idle: z.record(z.string(), Idle).optional(),
});
export type Architecture = z.infer<typeof Architecture>;

/** One that code is known to use and no cell measures. `family` is what stands in for it. */
export const UnmeasuredArchitecture = z.strictObject({ ...Names, family: z.string().optional() });
export type UnmeasuredArchitecture = z.infer<typeof UnmeasuredArchitecture>;

/** An entry of the file of methods: as it stands, or another one without the names of modules, so that PEFT takes its defaults. */
const Written = z.union([Method, z.strictObject({ defaultsOf: z.string() })]);

function methodsOf(entries: Readonly<Record<string, z.infer<typeof Written>>>): Readonly<Record<string, Method>> {
  const pairs = Object.entries(entries).map(([name, entry]): [string, Method] => [
    name,
    'defaultsOf' in entry ? withDefaults(Method.parse(entries[entry.defaultsOf])) : entry,
  ]);
  return Object.fromEntries(pairs);
}

function withDefaults({ peftType: _type, saidBy: _said, ...base }: Method): Method {
  const unnamed = Object.entries(base.arguments).filter(([, value]) => !Modules.safeParse(value).success);
  return { ...base, words: `${base.words} with default modules`, arguments: Object.fromEntries(unnamed) };
}

/** Without the control, which has no configuration. Most used first, as in all four. */
export const METHODS: Readonly<Record<string, Method>> = z
  .record(z.string(), Written)
  .transform(methodsOf)
  .parse(methods);
export const QUANTIZERS: Readonly<Record<string, Quantizer>> = z.record(z.string(), Quantizer).parse(quantizers);
export const ARCHITECTURES: Readonly<Record<string, Architecture>> = z
  .record(z.string(), Architecture)
  .parse(architectures);
export const UNMEASURED_ARCHITECTURES: Readonly<Record<string, UnmeasuredArchitecture>> = z
  .record(z.string(), UnmeasuredArchitecture)
  .parse(unmeasured);
export const TASKS: Readonly<Record<string, Task>> = z.record(z.string(), Task).parse(tasks);
