import { createRequire as __createRequire } from 'node:module';
const require = __createRequire(import.meta.url);

// src/adapters/machine/defects.ts
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
function writeDefect(version, argv, log) {
  try {
    const file = join(mkdtempSync(join(tmpdir(), "peft-sweep-defect-")), "defect.log");
    const facts = [`peft-sweep ${version}`, `node ${process.version}, ${process.platform} ${process.arch}`];
    writeFileSync(file, `${[...facts, `typed: ${JSON.stringify(argv)}`, "", log].join("\n")}
`);
    return file;
  } catch {
    return void 0;
  }
}
function nextStep(file, log) {
  const rest = "What was measured is kept; the same command goes on from there.";
  return file === void 0 ? `Please report it with what stands below. ${rest}
${log}` : `Please report it with ${file}. ${rest}`;
}

export {
  writeDefect,
  nextStep
};
