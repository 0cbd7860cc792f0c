import { createRequire as __createRequire } from 'node:module';
const require = __createRequire(import.meta.url);
import {
  ARCHITECTURES,
  LOSS,
  LOSS_TITLE,
  METHODS,
  PROGRAM,
  PythonProbes,
  QUANTIZERS,
  TASKS,
  addressInWords,
  allCells,
  baseRequest,
  beforeAfter,
  blocks,
  boundaryWords,
  cacheFolder,
  cardsNow,
  causes,
  cellId,
  checkStatus,
  checkpointBlocks,
  checkpointOf,
  choiceOf,
  classesOf,
  clock,
  codeCells,
  deviceInWords,
  deviceProblems,
  devicesText,
  diffManifests,
  discardUnlessProtected,
  divide,
  duration,
  earlierReport,
  emptyCache,
  environmentsFor,
  everyCell,
  exitStatus,
  factsOfDivision,
  findHandover,
  findingsOf,
  freeBytes,
  groups,
  harmText,
  headPins,
  holdsCell,
  indexFindings,
  indexesInWords,
  isBase,
  isBuilt,
  isOfBase,
  isWatched,
  judge,
  keepOutOfGit,
  limitText,
  lockNames,
  lossBlocks,
  madeAnew,
  manifestChoice,
  measurable,
  measuredInItsTime,
  mendText,
  methodParts,
  movedModels,
  movedRequest,
  nothingToMeasure,
  offered,
  onDevice,
  openCheckpoints,
  openHost,
  openIndex,
  openOut,
  openWorld,
  openerOf,
  own,
  ownForProbe,
  ownIndexes,
  ownLines,
  ownOf,
  ownSection,
  packagesOf,
  parseCellId,
  parseCommandLine,
  parseRecord,
  pinText,
  plan,
  plural,
  problemOf,
  programFolder,
  readConfiguration,
  readReport,
  readRepository,
  readText,
  recommended,
  releasesFor,
  removeFolders,
  renderComment,
  renderExplain,
  renderPlan,
  requestKey,
  requestsOf,
  require_dist,
  rulings,
  run,
  samplesOf,
  selectCells,
  specifiersOf,
  sweep,
  sweepPorts,
  take,
  takeOut,
  takenBy,
  torchBuilds,
  torchFor,
  totalsText,
  unaskedText,
  whyAtHead,
  withElsewhere,
  withLoadedAtBase,
  withOpened,
  withoutOwn,
  worse,
  writeReport,
  writeText
} from "./chunk-FUGBOIH5.js";
import {
  external_exports
} from "./chunk-DSYGMKQK.js";
import {
  CONFIGURATION,
  DEFAULT_OUT,
  didYouMean
} from "./chunk-CSJ5QCZV.js";
import {
  STATUS,
  plain,
  worstOf
} from "./chunk-OT7CRES6.js";
import {
  columnsOf,
  wrap
} from "./chunk-SMPDN4NS.js";
import {
  UserError,
  WeatherError,
  assertNever
} from "./chunk-5NQIJR5I.js";
import {
  __toESM
} from "./chunk-5XWL5JNG.js";

// src/commands/clean.ts
async function runClean(context) {
  const cache = cacheFolder(context.environment);
  const { removed, stays } = await emptyCache(cache);
  if (removed.length > 0) context.print(`removed ${removed.join(", ")} from ${cache}
`);
  if (removed.length + stays.length === 0) context.print(`nothing to remove in ${cache}
`);
  for (const path of stays)
    context.say(`\`${path}\` could not be removed. Remove it as the user who owns it: \`rm -rf\`.`);
  return stays.length > 0 ? STATUS["not-compared"] : STATUS.fine;
}

// src/report/losses-text.ts
function lossesText(report) {
  const blocks2 = lossBlocks(report).map(blockText);
  const found = report.findings.filter(({ kind }) => kind === LOSS).map(({ message }) => `  ${plain(message, 300)}`);
  const title = `${LOSS_TITLE}, before -> after`;
  return [...blocks2.length > 0 ? [title, ...blocks2] : [], ...found].join("\n");
}
function blockText({ title, quantizations, rows: rows3 }) {
  const width = Math.max(23, title.length + 4, ...rows3.map(({ method }) => method.length + 6));
  const line = (first, cells) => (first.padEnd(width) + cells.map((cell) => cell.padEnd(17)).join("")).trimEnd();
  return [line(`  ${title}`, quantizations), ...rows3.map(({ method, losses }) => line(`    ${method}`, losses))].join(
    "\n"
  );
}
function checkpointsText(report) {
  return checkpointBlocks(report).map(checkpointText).join("\n\n");
}
function checkpointText({ title, without, rows: rows3 }) {
  const width = Math.max(8, ...rows3.map(({ method }) => method.length + 2));
  const line = (method, untrained, rates) => `  ${method.padEnd(width)}${untrained.padEnd(11)}${rates.map((rate) => rate.padEnd(15)).join("")}`.trimEnd();
  return [
    `${title}: loss on a small text, ${without} without an adapter`,
    line("method", "untrained", ["rate: loss after 25 steps"]),
    ...rows3.map(({ method, untrained, rates }) => line(method, untrained, rates)),
    ...rows3.map(({ method, verdict, says }) => `  ${method}, ${verdict}: ${plain(says, 400)}`)
  ].join("\n");
}

// src/report/terminal.ts
function renderTerminal(report) {
  return `${[
    header(report),
    baseModel(report),
    ...table(report.comparisons),
    devicesText(report).join("\n"),
    harmText(report),
    unaskedText(report),
    causesText(report),
    waysOut(report),
    ownSection(report),
    notMeasured(report),
    limits(report),
    lossesText(report),
    checkpointsText(report),
    findingsText(report),
    footer(report)
  ].filter((section2) => section2 !== "").join("\n\n")}
`;
}
function header(report) {
  const changes = report.changes.map(({ library, from, to }) => `${library} ${from} -> ${to}`).join(", ");
  const held = heldVersions(report).map(([name, version]) => `${name} ${version}`);
  return `${changes}     held: ${held.join(", ")}     ${report.run.device}`;
}
function heldVersions(report) {
  const base = report.environments[0];
  const moving = report.changes.map(({ library }) => library);
  return Object.entries(base?.pins ?? {}).filter(([name]) => !moving.includes(name));
}
function table(comparisons) {
  return blocks(comparisons).map((block) => {
    const columns = block.quantizations.map(
      (_, index) => Math.max(17, ...block.rows.map((row) => textOf(row.cells[index]).length + 2))
    );
    const first = Math.max(21, ...block.rows.map(({ method }) => method.length + 4));
    const line = (name, cells) => (name.padEnd(first) + cells.map((cell, index) => cell.padEnd(columns[index] ?? 17)).join("")).trimEnd();
    return [
      line(block.title, block.quantizations),
      ...block.rows.map((row) => line(`  ${row.method}`, row.cells.map(textOf)))
    ].join("\n");
  });
}
function textOf(comparison) {
  return comparison ? beforeAfter(comparison, "->") : "";
}
function baseModel(report) {
  const moved = movedModels(report);
  if (moved.length === 0) return "";
  return [
    "the base model, without PEFT",
    ...moved.map(
      (control) => `  ${control.cell.padEnd(34)} ${beforeAfter(control, "->")}  ${plain(whyAtHead(report, control), 90)}`
    )
  ].join("\n");
}
function causesText(report) {
  const found = causes(report);
  if (found.length === 0) return "";
  const cells = new Set(found.flatMap((cause) => cause.cells));
  return [`${plural(found.length, "cause")}, ${plural(cells.size, "cell")}`, ...found.map(causeText)].join("\n");
}
function causeText({ boundary, cells }) {
  const [before, after] = boundaryWords(boundary);
  const { certainty } = boundary;
  const mend = boundary.firstFixed === void 0 ? "" : `; ${mendText(boundary)}`;
  const together = certainty.confounded ? "; other packages moved too and hide the cause" : "";
  return [
    `  ${boundary.stage.padEnd(9)} ${plain(boundary.message, 100)}`,
    `            ${boundary.library} ${boundary.lastGood} ${before}, ${boundary.firstBad} ${after}; ${gapText(certainty)}; ${certainty.agree} of ${certainty.runs} repeats${mend}${together}`,
    ...cells.slice(0, 6).map((cell) => `            ${cell}`),
    ...cells.length > 6 ? [`            and ${cells.length - 6} more`] : []
  ].join("\n");
}
function gapText({ adjacent, open }) {
  if (adjacent) return "adjacent releases";
  return open > 0 ? `${plural(open, "release")} between not measured` : "what lies between fails otherwise or was not measurable";
}
function waysOut(report) {
  if (worse(report).length === 0) return "";
  const best = recommended(report);
  const pins = offered(report).map((pin) => {
    const words = pin.kind === "hold" ? "hold" : "keep bump";
    const first = way(
      words,
      specifiersOf(pin).join(" and "),
      `${pinText(report, pin)} not worse${pin.newestPatch ? `, ${plain(pin.newestPatch)} measured too` : ""}${pin === best ? "   recommended" : ""}`
    );
    return [first, ...specifiersOf(pin).flatMap((specifier) => patchLines(report, specifier))].join("\n");
  });
  const tried = report.workarounds.map((workaround) => {
    const words = workaround.helps ? workaround.kind : "no help";
    const cost = workaround.helps && workaround.cost ? `   ${workaround.cost}` : "";
    const outcome = [workaround.outcome, workaround.why].filter(Boolean).join(", ");
    return way(words, `${workaround.use.split("/").slice(0, 3).join("/")}`, `${plain(outcome)}${cost}`);
  });
  const lines2 = [.../* @__PURE__ */ new Set([...pins, ...tried])];
  const none = report.pins.length === 0 ? ["  no pin that was measured mends this"] : [];
  return ["ways out, each measured", ...none, ...lines2].join("\n");
}
function patchLines(report, specifier) {
  const indent = " ".repeat(15);
  const own2 = report.patches.filter((patch) => patch.specifier === specifier);
  const commands = [...new Set(own2.flatMap(({ refresh }) => refresh ?? []))];
  return [
    ...own2.slice(0, 6).map(({ file, line, after }) => `${indent}${plain(`${file}:${line}`, 60)}  ${plain(after.trim(), 100)}`),
    ...own2.length > 6 ? [`${indent}and in ${own2.length - 6} more places`] : [],
    ...commands.map((command) => `${indent}then ${plain(command, 120)}`)
  ];
}
function way(kind, use, outcome) {
  return `  ${kind.padEnd(13)}${plain(use).padEnd(38)} ${outcome}`;
}
function notMeasured(report) {
  const open = report.comparisons.filter(({ comparison }) => comparison === "not-compared");
  if (open.length === 0) return "";
  const reasons = /* @__PURE__ */ new Map();
  for (const { cell, why } of open) reasons.set(why ?? "", [...reasons.get(why ?? "") ?? [], cell]);
  const lines2 = [...reasons].map(
    ([why, cells]) => `  ${plural(cells.length, "cell")}: ${plain(why, 160)}
    ${cells.slice(0, 4).join(", ")}${cells.length > 4 ? ", ..." : ""}`
  );
  return ["not measured", ...lines2].join("\n");
}
function limits({ run: run2, leftUndone }) {
  if (leftUndone.length === 0) return "";
  return [limitText(run2.stoppedBy).toLowerCase(), ...leftUndone.map((text) => `  ${plain(text)}`)].join("\n");
}
var SHOWN_FINDINGS = 20;
function findingsText(report) {
  const findings = report.findings.filter(({ kind }) => kind !== LOSS);
  const lines2 = findings.slice(0, SHOWN_FINDINGS).map(
    ({ message, file, line }) => `  ${file ? `${plain(`${file}:${line ?? 1}`, 100)}  ` : ""}${plain(message, 400)}`
  );
  const rest = findings.length - SHOWN_FINDINGS;
  if (lines2.length === 0) return "";
  return ["found without a run", ...lines2, ...rest > 0 ? [`  and ${rest} more in report.json`] : []].join("\n");
}
function outOption(out) {
  return out === DEFAULT_OUT ? "" : ` --out ${out}`;
}
function footer(report) {
  const planned = report.comparisons.length;
  const environments = report.environments.filter(({ status }) => status === "built").length;
  const [first] = worse(report);
  return [
    `${planned} planned = ${totalsText(report, " + ")}`,
    `${plural(environments, "environment")}, ${duration(report.run.ms)}        ${report.run.out}/report.json`,
    ...first ? [`next: peft-sweep explain ${first.cell}${outOption(report.run.out)}`] : []
  ].join("\n");
}

// src/commands/sweep.ts
import { join as join2 } from "node:path";

// src/report/check.ts
var MEASURED = ["pass", "wrong", "fail", "unsupported"];
function notRun({ comparisons, results }) {
  const ran = new Set(results.map(({ cell }) => cell));
  const reasons = /* @__PURE__ */ new Map();
  for (const { cell, after, why = "" } of comparisons)
    if (after !== "unknown" && !ran.has(cell)) reasons.set(why, [...reasons.get(why) ?? [], cell]);
  return [...reasons].map(([why, [first = "", ...more]]) => {
    const others = more.length > 0 ? ` and ${more.length} more` : "";
    return `  ${"skipped".padEnd(12)} ${first}${others}
               ${plain(why.replace(/^skipped: /, ""), 400)}`;
  });
}
function renderCheck(report) {
  const [environment] = report.environments;
  const pins = Object.entries(environment?.pins ?? {}).map(([name, version]) => `${name} ${version}`);
  const tables = blocks(report.comparisons).map((block) => {
    const width = Math.max(21, block.title.length + 2, ...block.rows.map(({ method }) => method.length + 4));
    const line = (first, cells) => (first.padEnd(width) + cells.map((cell) => cell.padEnd(17)).join("")).trimEnd();
    return [
      line(block.title, block.quantizations),
      ...block.rows.map(
        (row) => line(
          `  ${row.method}`,
          row.cells.map((cell) => cell?.after ?? "")
        )
      )
    ].join("\n");
  });
  const failures = report.results.filter(({ outcome }) => outcome !== "pass").map(
    ({ cell, outcome, stage, message, reason }) => `  ${outcome.padEnd(12)} ${cell}
               ${[stage, plain(message ?? reason ?? "", 160)].filter(Boolean).join("  ")}`
  );
  failures.push(...notRun(report));
  const counts = Object.entries(report.totals.measurements).filter(([, count]) => count > 0);
  const measured2 = report.comparisons.filter(({ after }) => MEASURED.some((outcome) => outcome === after)).length;
  return `${[
    `${plain(pins.join(", "))}     ${plain(report.run.device)}`,
    ...tables,
    ...[devicesText(report).join("\n")].filter((text) => text !== ""),
    ...failures.length > 0 ? [failures.join("\n")] : [],
    ...[ownSection(report), lossesText(report), checkpointsText(report)].filter((text) => text !== ""),
    `${measured2} of ${report.comparisons.length} cells measured, with controls: ${counts.map(([outcome, count]) => `${count} ${outcome}`).join(", ")}     ${duration(report.run.ms)}`
  ].join("\n\n")}
`;
}

// src/report/replaced.ts
function replacedLine(earlier, asked, out) {
  const { changes } = earlier;
  const { held } = earlier.run;
  if (questionOf({ changes, held }) === questionOf(asked)) return void 0;
  const moved = changes.map(({ library, from, to }) => `${library} ${from} -> ${to}`).join(", ");
  const what = moved || `a check of ${Object.entries(held).flat().join(" ")}`.trim();
  return plain(`This replaces the report of ${what} in ${out}; --out DIR keeps it.`);
}
function questionOf({ changes, held }) {
  const moves = changes.map(({ library, from, to }) => [library, from, to]);
  return JSON.stringify([moves, Object.entries(held).toSorted()]);
}

// src/commands/plan-facts.ts
async function factsOf(world, planned, torch, { files, known }) {
  const problem = problemOf(planned);
  const { name, missing } = await world.sandbox.containment();
  return {
    changes: planned.changes.map((change) => ({ ...change, samples: samplesOf(planned.search, change).length })),
    held: planned.held,
    cells: planned.cells.length,
    chosenBy: planned.chosenBy,
    sources: [...new Set(Object.values(planned.sources))],
    guessed: planned.guessed ?? [],
    configurations: planned.configurations,
    beside: planned.beside?.length ?? 0,
    unsure: known.findings.flatMap(({ kind, file, line }) => kind === "cells-unsure" ? [`${file}:${line}`] : []),
    files,
    locked: Object.keys(planned.locked.head).length,
    lockedAt: lockedWatched(planned),
    controls: problem.controls.length,
    ruledOut: rulings(planned.cells, planned),
    packageSets: groups(problem, measurable(everyCell(problem), planned)).length,
    environments: planned.environments,
    minutes: planned.minutes,
    torch,
    device: deviceInWords(world.host),
    python: world.host.python.version,
    containment: { name, missing },
    indexes: (await world.index.addresses()).map(addressInWords)
  };
}
function lockedWatched({ locked, held, changes }) {
  const named = [...Object.keys(held), ...changes.map(({ library }) => library)];
  const entries = Object.entries(locked.head);
  return Object.fromEntries(entries.filter(([name]) => isWatched(name) && !named.includes(name)));
}
function runnerFacts({ cells, minutes }, { options }) {
  if (Object.keys(options.runners).length === 0) return {};
  const { device, usd } = options;
  const limits2 = { minutes, usd };
  const classes = classesOf(options.runners, device === "cpu" || device === "cuda" ? device : void 0);
  return { runners: factsOfDivision(divide(cells, classes, limits2), limits2) };
}

// src/report/diff.ts
var MOST_OTHERS = 20;
var MOST_OF_A_KIND = 8;
var COLUMNS = 80;
function renderDiff(changes, findings, found, isWatched2) {
  const real = changes.filter(({ kind }) => kind !== "moved");
  const [swept, others] = [true, false].map((is) => events(real.filter(({ library }) => isWatched2(library) === is)));
  return `${[
    summary(real, changes.length - real.length, isWatched2),
    ...section("swept libraries", rows(swept ?? [])),
    ...section("others", rows(others ?? [], MOST_OTHERS)),
    ...findings.length > 0 ? [renderFindings(findings).trimEnd()] : [],
    ...cellSections(found),
    ...swept && swept.length > 0 ? ["Next: `peft-sweep plan` shows what a sweep would measure."] : []
  ].join("\n\n")}
`;
}
function summary(real, moved, isWatched2) {
  const swept = new Set(real.filter(({ library }) => isWatched2(library)).map(({ library }) => library)).size;
  const files = new Set(real.map(({ file }) => file)).size;
  const first = real.length === 0 ? "No requirement changed." : `${counted(real.length, "requirement")} changed in ${counted(files, "file")}; ${swept === 0 ? "no library that is swept" : `${counted(swept, "library", "libraries")} that ${swept === 1 ? "is" : "are"} swept`}.`;
  const rest = moved > 0 ? ` ${counted(moved, "row")} only ${moved === 1 ? "says" : "say"} the same elsewhere or under another marker.` : "";
  return wrapped(first + rest, "").join("\n");
}
function counted(count, one, many = `${one}s`) {
  return `${count} ${count === 1 ? one : many}`;
}
function events(changes) {
  const found = /* @__PURE__ */ new Map();
  for (const change of changes) {
    const key = [change.library, change.kind, change.from, change.to].join("\0");
    const place = `${change.file}:${change.line}`;
    const known = found.get(key);
    if (known) known.places.push(place);
    else found.set(key, { change, places: [place] });
  }
  return [...found.values()];
}
function rows(all, most = Number.POSITIVE_INFINITY) {
  const shown = all.slice(0, most);
  const width = Math.max(0, ...shown.map(({ change }) => Math.min(24, change.library.length)));
  const lines2 = shown.flatMap(({ change, places }) => {
    const { library, kind, from, to, locked } = change;
    const move = `${plain(library, 40).padEnd(width)}  ${plain(from || "-", 60)} -> ${plain(to || "-", 60)}`;
    const note = [...kind === "changed" ? [] : [kind], ...locked ? ["locked"] : []].join(", ");
    const where = `${plain(places[0] ?? "", 100)}${places.length > 1 ? `, and ${counted(places.length - 1, "more place", "more places")}` : ""}`;
    const whole2 = `${move}${note ? `  (${note})` : ""}  ${where}`;
    return whole2.length + 2 <= COLUMNS ? [whole2] : [`${move}${note ? `  (${note})` : ""}`, `${" ".repeat(width + 2)}${where}`];
  });
  return all.length > shown.length ? [...lines2, `and ${all.length - shown.length} more`] : lines2;
}
function section(title, lines2) {
  return lines2.length === 0 ? [] : [`${title}
${lines2.map((line) => `  ${line}`).join("\n")}`];
}
function renderFindings(findings) {
  const kinds = /* @__PURE__ */ new Map();
  for (const finding of findings) {
    const known = kinds.get(finding.kind) ?? /* @__PURE__ */ new Map();
    kinds.set(finding.kind, known.set(finding.message, [...known.get(finding.message) ?? [], finding]));
  }
  const lines2 = [...kinds].flatMap(([kind, messages]) => {
    const shown = [...messages].slice(0, MOST_OF_A_KIND).flatMap(([message, same]) => findingLines(kind, message, same));
    const rest = messages.size - Math.min(messages.size, MOST_OF_A_KIND);
    return rest > 0 ? [...shown, `  ${kind}: and ${rest} more`] : shown;
  });
  return `findings
${lines2.join("\n")}
`;
}
function findingLines(kind, message, same) {
  const [{ file, line } = { file: void 0, line: void 0 }] = same;
  const more = same.length > 1 ? `, and ${counted(same.length - 1, "more place", "more places")}` : "";
  const where = file ? `  ${plain(`${file}:${line}`, 100)}${more}` : "";
  return [`  ${kind}${where}`, ...wrapped(plain(message, 600), "    ")];
}
function cellSections(found) {
  const { sure, partial, unsure, callsPeft, configurations = {}, notCarried = [] } = found;
  const isNothing = !callsPeft && sure.length === 0 && unsure.length === 0;
  const width = Math.max(0, ...sure.map(({ id }) => id.length));
  const guessed = partial.flatMap(({ pattern, source, why, measured: measured2 }) => [
    `${pattern}  ${plain(source, 100)}`,
    ...wrapped(
      `${plain(why, 200)}; ${measured2.length > 0 ? `measured as ${measured2.join(", ")}` : "not measured"}`,
      "    "
    ).map((line) => line.slice(2))
  ]);
  const doubts = unsure.slice(0, MOST_OF_A_KIND).map(({ value, file, line }) => `${plain(`${file}:${line}`, 100)}  ${plain(value)}`);
  const rest = unsure.length - doubts.length;
  return [
    ...isNothing ? ["No call of PEFT was found in the code: a sweep measures the default cells."] : [],
    ...section(
      "cells that the code uses",
      sure.map(({ id, source }) => `${id.padEnd(width)}  ${plain(source, 100)}`)
    ),
    ...section("cells that are known in part", guessed),
    ...section("your arguments, as far as a tiny model can have them", ownLines(configurations, "")),
    ...section(
      "arguments that are not carried",
      notCarried.slice(0, MOST_OF_A_KIND).map(({ argument, why, at }) => plain(`${at}  ${argument}: ${why}`, 300))
    ),
    ...section("what could not be told of the code", rest > 0 ? [...doubts, `and ${rest} more`] : doubts)
  ];
}
function wrapped(text, indent) {
  const lines2 = [];
  let current = indent;
  for (const word of text.split(" ")) {
    const isFirst = current === indent;
    if (!isFirst && current.length + 1 + word.length > COLUMNS) {
      lines2.push(current);
      current = indent + word;
    } else current = isFirst ? indent + word : `${current} ${word}`;
  }
  return [...lines2, current];
}

// src/adapters/machine/git.ts
import { spawn } from "node:child_process";
import { lstatSync, readFileSync } from "node:fs";
import { join } from "node:path";
var SAFE = [
  "-c",
  "core.fsmonitor=false",
  "-c",
  "core.hooksPath=/dev/null",
  "-c",
  "protocol.allow=never",
  "--no-pager"
];
var LONGEST = 256 * 1024 * 1024;
async function git(folder, args, input) {
  return run("git", [...SAFE, "-C", folder, ...args], { longest: LONGEST, ...input !== void 0 && { input } });
}
async function baseCommit(folder, asked) {
  const inside = await git(folder, ["rev-parse", "--is-inside-work-tree"]);
  if (/dubious ownership/.test(inside.stderr))
    throw new UserError(
      `git refuses this checkout, since it belongs to another user. If that is meant: \`git config --global --add safe.directory ${folder}\`.`
    );
  if (inside.status !== 0)
    throw new UserError(
      "This is not a git checkout. Name what changes, e.g. `peft-sweep sweep transformers:4.55.4..4.57.6`."
    );
  if (asked !== void 0) return commitOf(folder, asked);
  for (const branch of ["origin/HEAD", "origin/main", "origin/master", "main", "master"]) {
    const found = await git(folder, ["merge-base", "HEAD", branch]);
    if (found.status === 0) return found.stdout.trim();
  }
  throw new UserError("No default branch was found to compare with. Name one with --base REF.");
}
async function commitOf(folder, ref) {
  const found = await git(folder, ["rev-parse", "--verify", "--quiet", "--end-of-options", `${ref}^{commit}`]);
  if (found.status !== 0) throw new UserError(`\`${ref}\` is no commit of this checkout. Fetch it, or name another.`);
  return found.stdout.trim();
}
function commitTree(folder, commit) {
  const objects = /* @__PURE__ */ new Map();
  return {
    async files() {
      const listed = await git(folder, ["ls-tree", "-r", "-l", "-z", "--full-tree", commit]);
      if (listed.status !== 0 && /promisor remote/.test(listed.stderr))
        throw new UserError(
          "This clone was made without the contents of its older commits (`--filter`), and nothing is fetched here. Fetch them once: `git fetch --refetch --no-filter`."
        );
      if (listed.status !== 0)
        throw new WeatherError(`git could not list ${commit}: ${listed.stderr.trim().slice(0, 200)}`);
      return listed.stdout.split("\0").flatMap((entry) => {
        const tab = entry.indexOf("	");
        const [mode = "", type = "", object2 = "", size = ""] = entry.slice(0, tab).split(/ +/);
        const path = entry.slice(tab + 1);
        if (tab < 0 || type !== "blob") return [];
        objects.set(path, object2);
        return [{ path, bytes: Number(size), kind: mode === "120000" ? "link" : "file" }];
      });
    },
    async read(paths) {
      const known = paths.filter((path) => objects.has(path));
      const contents = await blobs(
        folder,
        known.map((path) => objects.get(path) ?? "")
      );
      return new Map(known.flatMap((path, index) => contents[index] === void 0 ? [] : [[path, contents[index]]]));
    }
  };
}
function blobs(folder, objects) {
  if (objects.length === 0) return Promise.resolve([]);
  return new Promise((resolve2, reject) => {
    const child = spawn("git", [...SAFE, "-C", folder, "cat-file", "--batch"], { stdio: ["pipe", "pipe", "ignore"] });
    const chunks = [];
    child.on("error", reject);
    if (child.pid === void 0) return;
    child.stdout.on("data", (chunk) => chunks.push(chunk));
    child.on("close", () => resolve2(splitBatch(Buffer.concat(chunks), objects.length)));
    child.stdin.on("error", () => void 0);
    child.stdin.end(objects.map((object2) => `${object2}
`).join(""));
  });
}
function splitBatch(output, count) {
  const contents = [];
  let position = 0;
  while (contents.length < count) {
    const end = output.indexOf(10, position);
    const size = Number(output.subarray(position, end).toString().split(" ")[2]);
    if (end < 0 || !Number.isInteger(size)) break;
    contents.push(output.subarray(end + 1, end + 1 + size).toString());
    position = end + size + 2;
  }
  return contents;
}
async function workingTree(folder) {
  const top = (await git(folder, ["rev-parse", "--show-toplevel"])).stdout.trim();
  return {
    async files() {
      const listed = await git(top, ["ls-files", "-z", "--cached", "--others", "--exclude-standard"]);
      return [...new Set(listed.stdout.split("\0"))].flatMap((path) => stateOf(top, path) ?? []);
    },
    async read(paths) {
      return new Map(
        paths.flatMap((path) => {
          if (stateOf(top, path)?.kind !== "file") return [];
          try {
            return [[path, readFileSync(join(top, path), "utf8")]];
          } catch {
            return [];
          }
        })
      );
    }
  };
}
function stateOf(top, path) {
  if (path === "") return void 0;
  try {
    const state = lstatSync(join(top, path));
    if (state.isSymbolicLink()) return { path, bytes: 0, kind: "link" };
    return state.isFile() ? { path, bytes: state.size, kind: "file" } : void 0;
  } catch {
    return void 0;
  }
}

// src/commands/diff.ts
async function readEnds({ folder, line }) {
  const from = await baseCommit(folder, line.options.base);
  const { head } = line.options;
  const headTree = head === void 0 ? await workingTree(folder) : commitTree(folder, await commitOf(folder, head));
  const choice = manifestChoice(line.options.manifests);
  const [base, atHead] = await Promise.all([
    readRepository(commitTree(folder, from), choice, "manifests"),
    readRepository(headTree, choice)
  ]);
  return { base, head: atHead };
}
async function runDiff(context) {
  const ends = await readEnds(context);
  const changes = diffManifests(ends.base.manifests, ends.head.manifests);
  const asked = context.line.options.offline ? { findings: [], own: [] } : await askIndex(context, ends, changes);
  const findings = [...findingsOf(ends, asked.own), ...asked.findings];
  const cells = codeCells(ends.head);
  const { sure, partial, unsure, configurations, notCarried } = cells;
  context.print(
    context.line.options.json ? `${JSON.stringify({ changes, findings, cells: sure, partial, unsure, configurations, notCarried })}
` : renderDiff(changes, findings, cells, isWatched)
  );
  return STATUS.fine;
}
async function askIndex(context, ends, changes) {
  const isWorth = changes.some(({ library }) => isWatched(library)) || ends.head.manifests.some(({ indexes }) => indexes.length > 0) || lockNames(ends.base.manifests, ends.head.manifests).length > 0;
  if (!isWorth) return { findings: [], own: [] };
  try {
    const { environment, folder, signal, say, line } = context;
    const { python } = line.options;
    const host = await openHost({ environment, folder, signal, python, offline: false, say });
    const index = await openIndex(host, "no-uv");
    const own2 = await ownIndexes(index, ends);
    return { findings: await indexFindings(index, ends, changes, await releasesFor(index, ends, changes)), own: own2 };
  } catch (error) {
    if (!(error instanceof UserError || error instanceof WeatherError)) throw error;
    const message = `Targets, dates and Python ranges were not looked up. ${error.message}`;
    return { findings: [{ kind: "index-not-asked", message }], own: [] };
  }
}

// src/commands/prepared.ts
async function prepared(context) {
  const { folder, signal, say, line } = context;
  const { python, offline, device, oraclePath, download: collected } = line.options;
  const PEFT_SWEEP_CACHE = collected ?? context.environment.PEFT_SWEEP_CACHE;
  const environment = { ...context.environment, PEFT_SWEEP_CACHE };
  const isPlanning = line.command === "plan";
  const world = await openWorld({ environment, folder, python, offline, device, oraclePath, isPlanning, signal, say });
  if (world.host.noCard !== void 0) say(`Planned for a machine with a card. ${world.host.noCard}`);
  await world.index.uv();
  const isBare = line.command !== "check" && line.request.changes.length === 0;
  const requests = isBare ? await requestsOf(line.request, await readEnds(context), world.index) : [{ request: line.request, known: { findings: [] }, files: [], standing: [] }];
  const { checkpoints, own: own2 } = await openCheckpoints(line.request.checkpoints, openerOf(world));
  const asked = [];
  for (const { request, ...rest } of requests) {
    const isNothing = isBare && request.changes.length === 0;
    const here = withOpened(onDevice(request, world.host.device.name), checkpoints);
    asked.push({ ...rest, planned: isNothing ? void 0 : await plan(here, world.index.catalog, world.index.python) });
  }
  return { world, asked, own: own2 };
}
function nothingToDo(context, { known: { findings }, standing }) {
  const reasons = plain(nothingToMeasure(standing), 4e3);
  context.print(`${reasons}
${findings.length > 0 ? `
${renderFindings(findings)}` : ""}`);
  return STATUS.fine;
}

// src/commands/sweep.ts
async function runSweep(context) {
  const reports = await measured(context, renderTerminal);
  const { failOn, known } = context.line.options;
  const isKnown = knownCells(known, context.clock.date(), context.line.request.checkpoints);
  return worstOf(reports.map((report) => exitStatus(report, failOn, isKnown)));
}
function knownCells(known, today, checkpoints) {
  const current = known.filter(({ expires }) => expires >= today.slice(0, 10));
  const cells = current.flatMap(({ cell }) => selectCells([cell], allCells(checkpoints), []));
  const ids = new Set(cells.map(cellId));
  return (cell) => holdsCell(ids, cell);
}
async function runCheck(context) {
  return worstOf((await measured(context, renderCheck)).map(checkStatus));
}
async function measured(context, render) {
  const { out, device } = context.line.options;
  const giveBack = takeOut(out);
  const show = ({ report }) => context.print(shownAs(report, context, render));
  try {
    const written = device === "both" ? await measuredOnBoth(context) : await measuredInto(context, show);
    if (device === "both") for (const one of written) show(one);
    return written.map(({ report }) => report);
  } finally {
    giveBack();
  }
}
function shownAs(report, { line }, render) {
  return line.options.json ? `${JSON.stringify(report)}
` : render(report);
}
async function measuredOnBoth(context) {
  const { line, clock: clock2 } = context;
  const ends = clock2.now() + line.request.minutes * 6e4;
  const written = [];
  for (const device of ["cuda", "cpu"]) {
    const minutes = device === "cuda" ? line.request.minutes / 2 : Math.max(0.1, (ends - clock2.now()) / 6e4);
    const options = { ...line.options, device, out: join2(line.options.out, device) };
    const own2 = { ...context, line: { ...line, options, request: { ...line.request, minutes } } };
    if (!context.signal.aborted) written.push(...await measuredInto(own2, () => void 0));
  }
  const reports = withElsewhere(written.map(({ report }) => report));
  const both = written.flatMap(({ out }, index) => {
    const report = reports[index];
    return report === void 0 ? [] : [{ out, report }];
  });
  for (const { out, report } of both) writeReport(out, report);
  return both;
}
async function measuredInto(context, show) {
  const { options } = context.line;
  const { world, asked, own: own2 } = await prepared(context);
  const reports = [];
  for (const [index, one] of asked.entries()) {
    const { planned, known, files } = one;
    if (planned === void 0) {
      nothingToDo(context, one);
      return [];
    }
    if (context.signal.aborted) break;
    if (asked.length > 1) context.say(`request ${index + 1} of ${asked.length}`);
    const out = asked.length > 1 ? join2(options.out, String(index + 1)) : options.out;
    const torch = await torchBuilds(world, planned, { out, fresh: options.fresh });
    context.say(renderPlan(await factsOf(world, planned, torch.chosen, { files, known })));
    const earlier = earlierReport(out);
    const replaced = earlier && replacedLine(earlier, planned, out);
    if (replaced !== void 0) context.say(replaced);
    let { fresh } = options;
    const { report } = await measuredInItsTime({
      ...{ planned, torch, torchGb: options.torchGb, say: context.say },
      ...{ catalog: world.index.catalog, python: world.index.python },
      measure: async (plan2, version) => {
        const settings = { ...options, out, fresh, signal: context.signal, say: context.say, own: own2 };
        const { ports, machine } = await sweepPorts(world, plan2, await torch.build(version), settings);
        fresh = false;
        return sweep(plan2, known, ports, machine);
      }
    });
    writeReport(out, report);
    show({ report, out });
    reports.push({ report, out });
  }
  await discardUnlessProtected(world.host, world.sandbox);
  return reports;
}

// src/commands/demo.ts
var BROKEN = "prefix-tuning";
var WORKING = ["lora", "ia3", "prompt-tuning"];
var QUANTIZED = "bnb-int8";
var DEMO = {
  changes: [{ library: "transformers", from: "4.55.4", to: "4.57.6" }],
  held: { peft: "0.17.1" },
  cells: [`{${[...WORKING, BROKEN].join(",")}}/{none,${QUANTIZED}}/llama/causal-lm`],
  chosenBy: "user",
  environments: 14
};
async function runDemo(context) {
  const line = { ...context.line, request: { ...context.line.request, ...DEMO } };
  const [report] = await measured({ ...context, line }, renderTerminal);
  if (report === void 0) return STATUS["not-compared"];
  const missing = missingFromStory(report);
  for (const sentence of missing) context.say(`demo: ${sentence}`);
  if (report.run.stoppedBy === "interrupted") return STATUS.interrupted;
  if (report.totals.cells["not-compared"] > 0 || report.run.stoppedBy === "budget") return STATUS["not-compared"];
  return missing.length === 0 ? STATUS.fine : STATUS.found;
}
function missingFromStory(report) {
  const quantized2 = report.comparisons.filter(({ cell }) => parseCellId(cell).quantization === QUANTIZED);
  const methodOf2 = (cell) => parseCellId(cell).method;
  const story = [
    [
      quantized2.some(({ cell, comparison }) => methodOf2(cell) === BROKEN && comparison === "regressed"),
      `${BROKEN} does not break on ${QUANTIZED}`
    ],
    [
      quantized2.filter(({ cell, after }) => WORKING.includes(methodOf2(cell)) && after === "pass").length === WORKING.length,
      `not all of ${WORKING.join(", ")} go on working`
    ],
    [
      report.boundaries.some(({ cell, certainty }) => methodOf2(cell) === BROKEN && certainty.adjacent),
      "the release that broke it was not found"
    ],
    [report.pins.some(({ kind, holds, of }) => kind === "hold" && holds === of), "no hold mends it"],
    [
      report.pins.some(({ kind, holds, of }) => kind === "raise-partner" && holds === of),
      "no partner release mends it"
    ],
    [report.workarounds.some(({ kind, helps }) => kind === "method" && helps), "no other method was found to work"],
    [report.workarounds.some(({ kind }) => kind === "quantization"), "dropping the quantization was not tried"]
  ];
  return story.filter(([holds]) => !holds).map(([, sentence]) => sentence);
}

// src/adapters/machine/github-folder.ts
import { existsSync, lstatSync as lstatSync2, readdirSync, readFileSync as readFileSync2 } from "node:fs";
import { join as join3 } from "node:path";
function githubFiles(folder) {
  const names = [".github/dependabot.yml", ".github/dependabot.yaml"];
  const workflows = join3(folder, ".github", "workflows");
  if (existsSync(workflows)) names.push(...readdirSync(workflows).map((name) => `.github/workflows/${name}`));
  const present = names.filter((name) => existsSync(join3(folder, name)) && lstatSync2(join3(folder, name)).isFile());
  return new Map(present.map((name) => [name, readFileSync2(join3(folder, name), "utf8")]));
}
function runnerSettings({ GITHUB_WORKSPACE }) {
  return GITHUB_WORKSPACE ? readText(join3(GITHUB_WORKSPACE, "..", "..", "..", ".runner")) : void 0;
}

// src/report/doctor.ts
var NOTHING_LACKS = "one calls peft-sweep, and lacks nothing";
var ALLOW = "Allow user namespaces, or run as root in a container with CAP_SYS_ADMIN.";
function renderDoctor(facts) {
  const { python, uv, cache, containment, setup } = facts;
  const rows3 = [
    ["node", facts.node],
    ["python", `${python.version} at ${python.path}`],
    ["uv", `${uv.version} at ${uv.path}`],
    ["index", indexesInWords(facts.indexes.map(addressInWords))],
    ["torch", facts.torch],
    ["device", facts.device],
    ...facts.deviceProblems.map((what) => ["", what]),
    ["oracle", facts.oracle],
    ["cache", `${cache.folder}, ${Math.floor(cache.freeBytes / 1e9)} GB free`],
    ["isolation", isolationText(containment)],
    ...containment.missing.map((what) => ["", `not enforced: ${what}. ${ALLOW}`]),
    ...workflowRows(setup)
  ];
  return `${rows3.map(([name, text]) => `${name.padEnd(11)}${text}`).join("\n")}
`;
}
function isolationText({ name, enforced }) {
  return `${name}: ${enforced.filter((claim) => !name.includes(claim)).join(", ")}`;
}
function workflowRows(setup) {
  const said = setup.length > 0 ? setup : [NOTHING_LACKS];
  return said.map((text, index) => [index === 0 ? "workflows" : "", text]);
}

// src/setup/check.ts
var import_yaml = __toESM(require_dist(), 1);
var Permissions = external_exports.union([external_exports.string(), external_exports.record(external_exports.string(), external_exports.string().nullish())]).nullish();
var Job = external_exports.looseObject({
  uses: external_exports.string().optional(),
  permissions: Permissions,
  with: external_exports.record(external_exports.string(), external_exports.unknown()).nullish()
});
var Workflow = external_exports.looseObject({
  on: external_exports.unknown(),
  permissions: Permissions,
  jobs: external_exports.record(external_exports.string(), Job).nullish()
});
var NEEDED = {
  actions: "read",
  checks: "write",
  contents: "read",
  "pull-requests": "write"
};
var NEEDED_TO_APPLY = {
  checks: "read",
  contents: "write",
  "pull-requests": "write"
};
var PLANNING = ["cells", "with", "device", "max-minutes", "max-usd", "python"];
var CALLED = /peft-sweep.*\/(sweep|publish|apply)\.yml(@|$)|^\.\/\.github\/workflows\/peft-sweep-(sweep|publish|apply)\.yml$/;
var LONGEST2 = 256 * 1024;
function checkSetup(files) {
  const workflows = [...files].filter(([path]) => /^\.github\/workflows\/[^/]+\.ya?ml$/.test(path));
  const callers = workflows.flatMap(([path, text]) => {
    const workflow = read(text);
    const jobs = Object.entries(workflow?.jobs ?? {}).filter(([, job]) => CALLED.test(job.uses ?? ""));
    return workflow && jobs.length > 0 ? [{ path, text, workflow, jobs }] : [];
  });
  if (callers.length === 0)
    return [
      { file: ".github/workflows", message: "No workflow calls peft-sweep. Run `peft-sweep init`.", isNote: true }
    ];
  const found = callers.flatMap(
    ({ path, workflow, jobs }) => [
      ...triggers(workflow),
      ...jobs.flatMap(([name, job]) => [
        ...permissions(name, job, workflow),
        ...runners(name, job),
        ...origin(name, job)
      ])
    ].map((message) => ({ file: path, message }))
  );
  return [...found, ...differentPlans(callers), ...dependabot(files, callers)];
}
function read(text) {
  if (text.length > LONGEST2) return void 0;
  const document = (0, import_yaml.parseDocument)(text);
  return document.errors.length > 0 ? void 0 : Workflow.safeParse(document.toJS({ maxAliasCount: 10 })).data;
}
function triggers({ on }) {
  const events2 = typeof on === "object" && on !== null ? on : {};
  const names = typeof on === "string" ? [on] : Array.isArray(on) ? on.map(String) : Object.keys(events2);
  const pull = events2.pull_request;
  return [
    ...names.includes("pull_request_target") ? [
      "`pull_request_target` runs with write access beside a stranger\u2019s files. Use `pull_request`, and `init --forks` for forks."
    ] : [],
    ...pull?.paths || pull?.["paths-ignore"] ? [
      "A `paths` filter leaves a required check waiting for ever. Take it away: without a watched change the run ends green by itself."
    ] : [],
    ...names.includes("pull_request") || names.includes("workflow_run") || names.includes("pull_request_target") ? [] : ["It does not run on pull requests. Add `pull_request` to `on`."]
  ];
}
function permissions(name, job, workflow) {
  const given = job.permissions ?? workflow.permissions;
  if (given === "write-all") return [`The job \`${name}\` has every permission. Give it only what it needs.`];
  const levels = typeof given === "object" && given !== null ? given : {};
  const needed = /apply\.yml/.test(job.uses ?? "") ? NEEDED_TO_APPLY : NEEDED;
  const missing = Object.entries(needed).filter(
    ([scope, level]) => !(levels[scope] === "write" || levels[scope] === level)
  );
  if (missing.length === 0) return [];
  const lines2 = missing.map((entry) => `\`${entry.join(": ")}\``).join(", ");
  return [
    `The job \`${name}\` lacks ${lines2}. Add them under its \`permissions\`: without them GitHub does not start it.`
  ];
}
function runners(name, job) {
  const labels = String(job.with?.["runs-on"] ?? "");
  const isHosted = labels === "" || /^"?(ubuntu|macos|windows)-/.test(labels);
  return isHosted || job.with?.environment ? [] : [
    `The job \`${name}\` measures on its own runners without an \`environment\`: pull requests of forks are not measured there but on \`hosted-runs-on\`. Name one with required reviewers to allow them.`
  ];
}
function origin(name, { with: inputs }) {
  return ["action-repository", "action-ref"].some((input) => inputs?.[input] !== void 0) ? [
    `The job \`${name}\` names \`action-repository\` or \`action-ref\`. Take them away: the workflow knows its commit.`
  ] : [];
}
function differentPlans(callers) {
  const every = callers.flatMap(({ path, jobs }) => jobs.map(([, job]) => ({ path, job })));
  const measuring = every.find(({ job }) => /sweep\.yml/.test(job.uses ?? ""));
  const forks = every.find(({ job }) => /publish\.yml/.test(job.uses ?? ""));
  if (measuring === void 0 || forks === void 0) return [];
  const plannedWith = (job, input) => {
    const value = String(job.with?.[input] ?? "");
    return /^\$\{\{\s*inputs\./.test(value) ? "" : value;
  };
  const different = PLANNING.filter((input) => plannedWith(measuring.job, input) !== plannedWith(forks.job, input));
  if (different.length === 0) return [];
  const names = different.map((input) => `\`${input}\``).join(", ");
  const message = `Its inputs differ from those of \`${measuring.path}\` in ${names}: the results of forks do not fit then. Give both the same.`;
  return [{ file: forks.path, message }];
}
function dependabot(files, callers) {
  if (!files.has(".github/dependabot.yml") && !files.has(".github/dependabot.yaml")) return [];
  return callers.flatMap(({ path, text }) => {
    const secrets = [
      ...new Set([...text.matchAll(/secrets\.([A-Z_][A-Z0-9_]*)/g)].map((found) => found[1] ?? ""))
    ].filter((secret) => secret !== "GITHUB_TOKEN");
    if (secrets.length === 0) return [];
    return [
      {
        file: path,
        message: `Runs of Dependabot see only Dependabot\u2019s own secrets. Set ${secrets.map((one) => `\`${one}\``).join(", ")} there too.`
      }
    ];
  });
}
function checkRunner(environment, settings) {
  if (environment !== "self-hosted") return [];
  const isEphemeral = settings !== void 0 && /"ephemeral"\s*:\s*true/i.test(settings);
  if (isEphemeral) return [];
  const message = "This runner is not known to be ephemeral: the next job finds what this one left. Register it with `--ephemeral`, or give each job a machine of its own.";
  return [{ file: "runner", message }];
}

// src/commands/doctor.ts
function oracleInWords(found) {
  if (found.kind === "asked") return "off, as was asked";
  return found.kind === "on" ? "on: numbers are checked against reference graphs" : `off: ${found.why}`;
}
async function runDoctor(context) {
  const { environment, folder, signal, say, line } = context;
  const { python, offline, device, oraclePath } = line.options;
  const { host, index, sandbox, foundOracle } = await openWorld({
    ...{ environment, folder, signal, python, offline, say, device, oraclePath },
    isPlanning: true
  });
  const uv = await index.uv();
  const containment = await sandbox.containment();
  const { closure, source } = await index.torch(void 0);
  const ofDevice = deviceProblems(host);
  const setup = [
    ...checkSetup(githubFiles(folder)),
    ...checkRunner(environment.RUNNER_ENVIRONMENT, runnerSettings(environment))
  ];
  const facts = {
    node: host.node,
    python: host.python,
    uv,
    indexes: await index.addresses(),
    torch: `${closure.torch}: ${source}`,
    device: deviceInWords(host),
    deviceProblems: ofDevice,
    oracle: oracleInWords(await foundOracle()),
    cache: { folder: host.cache, freeBytes: freeBytes(host.cache) },
    containment,
    setup: setup.map(({ file, message }) => `${file}: ${message}`)
  };
  context.print(renderDoctor(facts));
  const isLacking = ofDevice.length > 0 || containment.missing.length > 0 || setup.some(({ isNote }) => !isNote);
  return isLacking ? STATUS.found : STATUS.fine;
}

// src/adapters/machine/own-files.ts
import { cpSync, existsSync as existsSync2, mkdirSync, readFileSync as readFileSync3, realpathSync, writeFileSync } from "node:fs";
import { dirname, join as join4 } from "node:path";
var VENDORED = ".github/peft-sweep-action";
function isCheckout(folder) {
  return existsSync2(join4(folder, ".git"));
}
function writeNew(folder, path, text) {
  const file = join4(folder, path);
  if (existsSync2(file)) return `left alone  ${path} (it exists)
`;
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
  return `written     ${path}
`;
}
function vendoredFiles() {
  const top = join4(programFolder(), "..");
  return ["sweep.yml", "publish.yml", "apply.yml"].map((name) => {
    const text = readFileSync3(join4(top, ".github", "workflows", name), "utf8");
    const local = text.replace(
      / {10}repository: .*\n {10}ref: .*workflow_sha \}\}\n {10}path: \.peft-sweep\n/g,
      `          sparse-checkout: ${VENDORED}
          ref: \${{ github.event.repository.default_branch }}
`
    ).replace(/^ {4}permissions: \{\}\n/gm, "    permissions:\n      contents: read\n").replace(
      /^ {4}permissions:\n(?:(?! {6}contents:) {6}.*\n)+(?! {6})/gm,
      (block) => `${block}      contents: read
`
    ).replace(/^# The action is taken from where[\s\S]*?(?=^name:)/m, "").replaceAll("uses: ./.peft-sweep", `uses: ./${VENDORED} # zizmor: ignore[self-repository]`);
    return { path: `.github/workflows/peft-sweep-${name}`, text: local };
  });
}
function copyAction(folder) {
  const top = join4(programFolder(), "..");
  const target = join4(folder, VENDORED);
  if (existsSync2(target)) return `left alone  ${VENDORED} (it exists)
`;
  for (const name of ["action.yml", "dist", "LICENSE"])
    cpSync(join4(top, name), join4(target, name), { recursive: true });
  for (const name of [...PROGRAM, "checkpoints"])
    cpSync(join4(top, "probe", name), join4(target, "probe", name), { recursive: true });
  writeFileSync(join4(target, "package.json"), `${JSON.stringify({ type: "module" })}
`);
  return `written     ${VENDORED}
`;
}
async function ownCommit() {
  const top = join4(programFolder(), "..");
  const { status, stdout } = await run("git", ["-C", top, "rev-parse", "--show-toplevel", "HEAD"]);
  const [checkout = "", commit = ""] = stdout.trim().split("\n");
  return status === 0 && realpathSync(checkout) === realpathSync(top) ? commit : `v${"0.6.0".split(".")[0]}`;
}

// src/setup/workflows.ts
var PERMISSIONS = ["actions: read", "checks: write", "contents: read", "pull-requests: write"];
var APPLY_PERMISSIONS = ["checks: read", "contents: write", "pull-requests: write"];
function workflowFiles(choice) {
  return [
    { path: ".github/workflows/peft-sweep.yml", text: mainWorkflow(choice) },
    ...choice.forks ? [{ path: ".github/workflows/peft-sweep-forks.yml", text: forkWorkflow(choice) }] : []
  ];
}
function mainWorkflow(choice) {
  const schedule = choice.schedule ? ["  schedule:", "    - cron: '17 4 * * 1'"] : [];
  return lines(
    "name: peft-sweep",
    "# Comments start a sweep only where they are a command of somebody with write permission, for the commit that stood",
    "# when they wrote it; nothing of the pull request runs beside a token.",
    "on: # zizmor: ignore[dangerous-triggers]",
    "  pull_request:",
    "  merge_group:",
    "  issue_comment:",
    "    types: [created]",
    ...schedule,
    "  workflow_dispatch:",
    "    inputs:",
    "      changes:",
    "        description: What to sweep, as NAME:OLD..NEW, e.g. transformers:4.55.4..4.57.6",
    "        required: true",
    "      cells:",
    "        description: Cells to measure; empty for those of the configuration or the code",
    "        required: false",
    "      with:",
    "        description: Versions to hold, as NAME==VERSION",
    "        required: false",
    "permissions: {}",
    "concurrency:",
    "  # Only a push ends the run of the push before it: comments and runs by hand wait for nobody and replace nobody.",
    "  group: peft-sweep-${{ github.event.pull_request.number || github.run_id }}",
    "  cancel-in-progress: true",
    "jobs:",
    "  peft-sweep:",
    "    permissions:",
    ...PERMISSIONS.map((line) => `      ${line}`),
    `    uses: ${called(choice, "sweep.yml")}`,
    "    with:",
    "      changes: ${{ inputs.changes }}",
    "      cells: ${{ inputs.cells }}",
    "      with: ${{ inputs.with }}",
    ...choice.apply ? applyJob(choice) : []
  );
}
function applyJob(choice) {
  return [
    "      apply: true",
    "  # The only job that may write files: it commits measured versions where somebody with write permission asks for it.",
    "  apply:",
    "    if: ${{ github.event_name == 'issue_comment' && startsWith(github.event.comment.body, '/peft-sweep apply') }}",
    "    permissions:",
    ...APPLY_PERMISSIONS.map((line) => `      ${line}`),
    `    uses: ${called(choice, "apply.yml")}`
  ];
}
function forkWorkflow(choice) {
  return lines(
    "name: peft-sweep for forks",
    "# Runs with the rights of this repository after the run of a fork has ended. It executes nothing of the fork, and",
    "# takes from its run only results that fit a plan made here: give it the same inputs as the other workflow.",
    "on: # zizmor: ignore[dangerous-triggers]",
    "  workflow_run:",
    "    workflows: [peft-sweep]",
    "    types: [completed]",
    "permissions: {}",
    "concurrency:",
    "  group: peft-sweep-forks-${{ github.event.workflow_run.head_repository.full_name }}-${{ github.event.workflow_run.head_branch }}",
    "  cancel-in-progress: true",
    "jobs:",
    "  publish:",
    "    if: ${{ github.event.workflow_run.head_repository.full_name != github.repository }}",
    "    permissions:",
    ...PERMISSIONS.map((line) => `      ${line}`),
    `    uses: ${called(choice, "publish.yml")}`
  );
}
function called({ source }, file) {
  return source.kind === "vendored" ? `./.github/workflows/peft-sweep-${file} # zizmor: ignore[self-repository]` : `${source.repository}/.github/workflows/${file}@${source.ref}`;
}
function lines(...text) {
  return `${text.join("\n")}
`;
}
function configurationFile(sure, partial = [], callsPeft = false, configurations = {}) {
  const guessed = partial.filter(({ measured: measured2 }) => measured2.length > 0);
  const listed = [
    ...sure.map(({ id, source }) => entryOf(id, `# ${comment(source)}`, configurations)),
    ...guessed.flatMap(({ pattern, source, why, measured: measured2 }) => [
      `  # ${pattern} in ${comment(source)}: ${comment(why)}`,
      ...measured2.map((id) => entryOf(id, "# guessed; put the right one here", configurations))
    ])
  ];
  const none = callsPeft ? "PEFT is called, but none of its cells is in the matrix" : "no call of PEFT was found in the code";
  return {
    path: ".github/peft-sweep.yml",
    text: lines(
      ...listed.length === 0 ? [`cells: auto   # ${none}: the default 24 are measured`] : ["cells:", ...once(listed)],
      "exclude: []",
      "budget: {minutes: 10}",
      "comment: changes",
      "fail-on: [regressed, degraded]"
    )
  };
}
function entryOf(id, remark, configurations) {
  const cell = parseCellId(id);
  const { own: carried } = ownForProbe(cell, configurations);
  if (carried === void 0) return `  - ${id}   ${remark}`;
  const parts = Object.entries(carried).filter(([, table2]) => Object.keys(table2).length > 0);
  const told = parts.map(([name, table2]) => `    ${name}: ${comment(JSON.stringify(table2))}`);
  return [`  - cell: ${cellId(withoutOwn(cell))}   ${remark}`, ...told].join("\n");
}
function once(listed) {
  const seen = /* @__PURE__ */ new Set();
  return listed.filter((line) => {
    const cell = line.startsWith("  - cell:") ? line : /^ {2}- (\S+)/.exec(line)?.[1];
    if (cell === void 0) return true;
    const isNew = !seen.has(cell);
    seen.add(cell);
    return isNew;
  });
}
function comment(text) {
  return text.replace(/[^\x20-\x7e]/g, "?");
}

// src/commands/init.ts
var REPOSITORY = "peft-sweep/peft-sweep";
async function runInit(context) {
  const { folder, line, print } = context;
  if (!isCheckout(folder)) throw new UserError("Run `peft-sweep init` at the top of a git checkout.");
  const { vendor, forks, schedule, apply } = line.options;
  const source = vendor ? { kind: "vendored" } : { kind: "remote", repository: REPOSITORY, ref: await ownCommit() };
  const found = codeCells(await readRepository(await workingTree(folder)));
  const files = [
    ...workflowFiles({ source, forks, schedule, apply }),
    configurationFile(found.sure, found.partial, found.callsPeft, found.configurations),
    ...vendor ? vendoredFiles() : []
  ];
  for (const { path, text } of files) print(writeNew(folder, path, text));
  if (vendor) print(copyAction(folder));
  print(
    "Commit these files. `peft-sweep doctor` says what this machine enforces; docs/github.md in the repository of peft-sweep explains the jobs.\n"
  );
  return STATUS.fine;
}

// src/commands/plan.ts
import { join as join5 } from "node:path";

// src/search/reach.ts
function reachOf(problem, packages, base) {
  const alone = problem.changes.flatMap(
    ({ library, releases }) => releases.map((version) => ({ [library]: version }))
  );
  const requests = [headPins(problem), ...alone].filter((moved) => !isBase(problem, moved)).map((moved) => movedRequest(problem, packages, base, moved));
  return [...new Map(requests.map((request) => [requestKey(request), request])).values()];
}

// src/commands/download.ts
async function download(context, world, planned, torch) {
  const { host } = world;
  const { out, cacheGb } = context.line.options;
  const environments = await environmentsFor(world, torch, { out, cacheGb, say: context.say });
  const make = async (request, near) => {
    const isHead = planned.changes.every(({ library, to }) => request.pins[library] === to);
    const written = isHead ? planned.locked.head : planned.locked.base;
    const versions = { ...near, ...written };
    const environment = await environments.prepare(request, { versions, ofAnyDate: Object.keys(written) });
    context.say(`  ${pinsOf(planned, request)}: ${environment.status === "built" ? "there" : environment.why}`);
    return environment;
  };
  const collected = await collect(planned, make, () => context.signal.aborted);
  await removeFolders(madeAnew(host.cache));
  context.say(inWords(collected, host.cache, host.python.version, await takenBy(host.cache)));
  return collected.missing.length === 0;
}
async function collect(planned, make, isStopped) {
  const problem = problemOf(planned);
  const made = [];
  let near = {};
  for (const { packages } of groups(problem, [...problem.controls, ...problem.cells])) {
    if (isStopped()) break;
    const base = await make(baseRequest(problem, packages), near);
    made.push(base);
    if (base.status !== "built") continue;
    near = base.lock;
    for (const request of reachOf(problem, packages, base.lock)) {
      if (isStopped()) break;
      made.push(await make(request, near));
    }
  }
  return {
    environments: made.filter(({ status }) => status === "built").length,
    unresolved: made.filter(({ status }) => status === "unresolved").length,
    missing: made.flatMap((one) => one.status === "inconclusive" ? [one.why] : [])
  };
}
function pinsOf({ changes }, { pins, packages }) {
  const moved = changes.map(({ library }) => `${library} ${pins[library] ?? ""}`);
  return [...moved, ...packages].join(", ");
}
function inWords({ environments, unresolved, missing }, folder, python, bytes) {
  const counts = [`${environments} environments can be made from it`];
  if (unresolved > 0) counts.push(`${unresolved} have no solution`);
  if (missing.length > 0) counts.push(`${missing.length} could not be fetched: try again`);
  return `
${folder} takes ${(bytes / 1e9).toFixed(1)} GB: ${counts.join(", ")}.
Take it to a machine of the same kind (Linux, processor, Python ${python}), and write there:
  PEFT_SWEEP_CACHE=FOLDER peft-sweep sweep ... --offline
Releases that a search asks for beside these, as partners or to hold, are said to be out of reach there.
`;
}

// src/commands/plan.ts
async function runPlan(context) {
  openOut(context.line.options.out);
  keepOutOfGit(context.line.options.out);
  const { world, asked } = await prepared(context);
  const written = [];
  let isWhole = true;
  for (const one of asked) {
    const { planned, known, files } = one;
    if (planned === void 0) return nothingToDo(context, one);
    const torch = await torchFor(world.index, planned);
    const ofMachine = await factsOf(world, planned, choiceOf(world, torch), { files, known });
    const facts = { ...ofMachine, ...runnerFacts(planned, context.line) };
    written.push({ ...facts, plan: planned, findings: known.findings });
    const number = asked.length > 1 ? `request ${written.length} of ${asked.length}
` : "";
    if (!context.line.options.json) context.print(`${number}${renderPlan(facts)}`);
    if (context.line.options.download !== void 0)
      isWhole = await download(context, world, planned, torch) && isWhole;
  }
  const text = written.length === 1 ? written[0] : written;
  writeText(join5(context.line.options.out, "plan.json"), `${JSON.stringify(text, null, 1)}
`);
  if (context.line.options.json) context.print(`${JSON.stringify(text)}
`);
  return isWhole ? STATUS.fine : STATUS["not-compared"];
}

// src/commands/read.ts
async function runReport(context) {
  const { operands, options } = context.line;
  const report = readReport(operands[0] ?? options.out);
  context.print(rendered(report, options.json ? "json" : options.format));
  return STATUS.fine;
}
function rendered(report, format) {
  switch (format) {
    case "terminal":
      return report.changes.length === 0 ? renderCheck(report) : renderTerminal(report);
    case "markdown":
      return renderComment(report);
    case "json":
      return `${JSON.stringify(report)}
`;
    default:
      return assertNever(format);
  }
}
async function runExplain(context) {
  const { operands, options } = context.line;
  const [typed] = operands;
  if (typed === void 0) throw new UserError("Name a cell, e.g. `peft-sweep explain lora/none/llama/causal-lm`.");
  const report = readReport(options.out);
  const known = [...new Set([...report.comparisons, ...report.controls, ...report.results].map(({ cell }) => cell))];
  const problems = [];
  const matching = selectCells([typed.replace(/\/$/, "")], known.map(parseCellId), problems).map(cellId);
  if (matching.length === 0) throw new UserError(noSuchCell(typed, options.out, known, problems));
  context.print(matching.map((cell) => renderExplain(report, cell)).join("\n"));
  return STATUS.fine;
}
var SHOWN_CELLS = 8;
function noSuchCell(typed, out, known, problems) {
  const unknown = problems.filter((problem) => !problem.includes("selects no cell"));
  if (unknown.length > 0) return unknown.join("\n");
  const rest = known.length - SHOWN_CELLS;
  const list = `${known.slice(0, SHOWN_CELLS).join(", ")}${rest > 0 ? `, and ${rest} more` : ""}`;
  return `The report in \`${out}\` has no cell that \`${typed}\` selects.${didYouMean(typed, known)} It has: ${list}.`;
}

// src/commands/replay.ts
import { join as join6, resolve } from "node:path";

// src/report/script/literals.ts
function literal(value) {
  if (value === null || value === void 0) return "None";
  if (value === true) return "True";
  if (value === false) return "False";
  if (typeof value === "number") return String(value);
  if (typeof value === "string") return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(literal).join(", ")}]`;
  return object(Object.entries(value));
}
function object(entries) {
  const of = new Map(entries);
  const torch = of.get("torch");
  if (typeof torch === "string" && of.size === 1) return `torch.${torch}`;
  if (of.has("is") && of.size === 1) return literal(of.get("is"));
  const make = of.get("make");
  if (typeof make === "string") return `${make}(${keywordsOf(of.get("with"))})`;
  const peft = of.get("peft");
  if (typeof peft === "string") return `peft.tuners.lora.config.${peft}(${keywordsOf(of.get("with"))})`;
  return `{${entries.map(([name, one]) => `${JSON.stringify(name)}: ${literal(one)}`).join(", ")}}`;
}
function keywordsOf(values) {
  return Object.entries(values ?? {}).map(([name, value]) => `${name}=${literal(value)}`).join(", ");
}

// src/report/script/checks.ts
var PADDED = [
  "with torch.no_grad():",
  "    seen = torch.ones_like(ids)",
  "    seen[2, 9:] = seen[3, 7:] = 0",
  "    model.eval()",
  "    together = model(input_ids=ids * seen, attention_mask=seen).logits[2:]",
  "    alone = torch.cat([model(input_ids=ids[row : row + 1, :end]).logits for row, end in ((2, 9), (3, 7))])",
  'require_close("logits of rows that are padded on the right, and without padding,", together, alone)'
];
function headTrained(head) {
  return [
    `if not any("${head}" in name.split(".") for name in trained):`,
    '    raise SystemExit("the new head is not among what is trained")'
  ];
}
function generation(task) {
  const over = task.decodes ? "model(input_ids=prompts, attention_mask=seen, decoder_input_ids=tokens[:, :-1]).logits" : "model(input_ids=tokens, attention_mask=torch.ones_like(tokens)).logits[:, -9:-1]";
  return [
    "prompts = ids[:2, :6]",
    "seen = torch.ones_like(prompts)",
    "model.eval()",
    "for use_cache in (True, False):",
    "    with torch.no_grad():",
    "        tokens = model.generate(",
    "            input_ids=prompts, attention_mask=seen, max_new_tokens=8, do_sample=False, use_cache=use_cache",
    "        )",
    `        logits = ${over}`,
    "    made = tokens[:, -logits.shape[1] :]",
    "    gap = (logits.max(-1).values - logits.gather(-1, made[..., None])[..., 0]).max().item()",
    "    if gap > 1e-3:",
    "        raise SystemExit(",
    '            f"greedy tokens with use_cache={use_cache} are not the best of one pass over them: {gap:.3g} below"',
    "        )"
  ];
}

// src/report/script/parts.ts
var nothing = () => [];
function atTheTop(stage) {
  return { stage, shows: [], does: nothing, checks: nothing };
}
var PARTS = [
  ...["import", "build", "quantize"].map(atTheTop),
  {
    stage: "attach",
    shows: ["nothing-trainable"],
    does: () => [
      "torch.manual_seed(0)",
      "model = peft.get_peft_model(base, configuration())",
      "trained = {name: weight for name, weight in model.named_parameters() if weight.requires_grad}"
    ],
    checks: () => ["if not trained:", '    raise SystemExit("the adapter has no parameter that requires a gradient")']
  },
  {
    stage: "forward",
    shows: ["not-finite", "padding-counts"],
    does: () => ["loss = model(**batch).loss"],
    checks: ({ task }) => [
      "if not torch.isfinite(loss):",
      '    raise SystemExit(f"the loss is {loss.item()}")',
      ...task.logitsPer === "row" ? PADDED : []
    ]
  },
  { stage: "train", shows: ["no-gradient", "does-not-learn", "head-not-trained"], does: training, checks: learning },
  {
    stage: "generate",
    shows: ["cached-generation-differs", "uncached-generation-differs"],
    does: nothing,
    checks: ({ task }) => task.generates ? generation(task) : []
  },
  {
    stage: "reload",
    shows: ["reload-differs"],
    does: nothing,
    checks: () => [
      "trained_logits = logits_of(model)",
      'model.save_pretrained(FOLDER + "/adapter")',
      'again = peft.PeftModel.from_pretrained(load_model(), FOLDER + "/adapter")',
      'require_close("logits after save and reload", logits_of(again), trained_logits)'
    ]
  },
  {
    stage: "disable",
    shows: ["disable-differs"],
    does: nothing,
    checks: () => [
      "with model.disable_adapter():",
      '    require_close("logits of the disabled adapter and the base model", logits_of(model), base_logits)'
    ]
  },
  {
    stage: "merge",
    shows: ["merge-differs"],
    does: nothing,
    checks: () => [
      "trained_logits = logits_of(model)",
      'require_close("logits after merging", logits_of(model.merge_and_unload()), trained_logits)'
    ]
  }
];
function training({ rate, method: { afterStep } }) {
  return [
    `optimizer = torch.optim.AdamW(trained.values(), lr=${rate}, weight_decay=0.0)`,
    "before = {name: weight.detach().clone() for name, weight in trained.items()}",
    "model.train()",
    "losses = []",
    "for step in range(25):",
    "    loss = model(**batch).loss",
    "    optimizer.zero_grad()",
    "    loss.backward()",
    "    optimizer.step()",
    ...afterStep === void 0 ? [] : [`    model.base_model.${afterStep}(step)`],
    "    losses.append(loss.item())",
    'print(f"loss {losses[0]:.4f} -> {losses[-1]:.4f}")'
  ];
}
function learning({ head, method }) {
  return [
    `still = [name for name, weight in trained.items() if torch.equal(weight, before[name])${byDesign(method)}]`,
    "if still:",
    '    raise SystemExit(f"{len(still)} of {len(trained)} tensors are not trained: {still[:3]}")',
    ...head === void 0 ? [] : headTrained(head),
    "if losses[-1] > 0.999 * losses[0]:",
    '    raise SystemExit("the loss does not fall")'
  ];
}
function byDesign({ untrained }) {
  if (untrained === void 0) return "";
  return ` and not any(fnmatch.fnmatch(name, pattern) for pattern in ${literal(Object.keys(untrained))})`;
}
function isExempt({ stage }, { method, head, isQuantized }) {
  const exemptions = {
    ...method.notMeasured,
    ...method.notCompared
  };
  const where = exemptions[stage]?.where;
  return where === "everywhere" || where === "quantized" && isQuantized || where === "new-head" && head !== void 0;
}
function partsUpTo(failure, shown) {
  if (failure === void 0) return [...PARTS.flatMap((part2) => whole(part2, shown)), END];
  const last = PARTS.findIndex(({ stage }) => stage === failure.stage);
  const part = PARTS[last];
  if (part === void 0 || isOwn(failure.type) && !part.shows.includes(failure.type)) return void 0;
  const before = PARTS.slice(0, last).flatMap(({ does }) => does(shown));
  return [...before, ...part.does(shown), ...part.checks(shown), END];
}
function whole(part, shown) {
  return isExempt(part, shown) ? part.does(shown) : [...part.does(shown), ...part.checks(shown)];
}
var END = 'print("nothing is broken here")';
function isOwn(type) {
  return /^[a-z]+(-[a-z0-9]+)+$/.test(type);
}

// src/report/script/without.ts
var WORKED_OUT = ["made", "model"];
function withoutScript(cell, method) {
  const { paths } = methodParts(cell.method);
  if (own(ARCHITECTURES, cell.architecture) === void 0)
    return `\`${cell.architecture}\` is no architecture of the matrix.`;
  if (ownOf(cell) !== void 0) return "it has arguments of your own.";
  if (paths.length > 0) return `it is reached by a code path, \`${paths.join("`, `")}\`.`;
  if (method.prepared !== void 0)
    return `something is prepared for it by peft-sweep before it is attached, \`${method.prepared}\`.`;
  const argument = workedOut(method);
  return argument === void 0 ? void 0 : `its argument \`${argument}\` is worked out by peft-sweep.`;
}
function workedOut({ arguments: given }) {
  return Object.entries(given).find(([, value]) => isWorkedOut(value))?.[0];
}
function isWorkedOut(value) {
  if (typeof value !== "object" || value === null) return false;
  const entries = Object.entries(value);
  const [only] = entries;
  const isOne = entries.length === 1 && only !== void 0 && WORKED_OUT.includes(only[0]) && typeof only[1] === "string";
  return isOne || entries.some(([, one]) => isWorkedOut(one));
}

// src/report/script.ts
function renderScript(facts) {
  const { cell, failure } = facts;
  const method = methodOf(cell);
  const task = own(TASKS, cell.task);
  const head = own(ARCHITECTURES, cell.architecture)?.heads?.[cell.task];
  if (method === void 0 || task === void 0)
    throw new UserError(`\`${cellId(cell)}\` has no script: it is the model alone. Name a cell with an adapter.`);
  if (task.targets === "own" || task.inputs !== void 0 || own(ARCHITECTURES, cell.architecture)?.feeds !== void 0)
    throw new UserError(`\`${cellId(cell)}\` has no script: its rows are no text. Replay it without --script.`);
  const why = withoutScript(cell, method);
  if (why !== void 0) throw new UserError(`\`${cellId(cell)}\` has no script: ${why} Replay it without --script.`);
  const parts = partsUpTo(failure, {
    task,
    method,
    rate: rateOf(method, cell),
    head,
    isQuantized: cell.quantization !== "none"
  });
  if (parts === void 0)
    throw new UserError(
      `What failed in \`${cellId(cell)}\`, \`${plain(failure?.type ?? "", 80)}\` at ${plain(failure?.stage ?? "", 20)}, is a check that takes peft-sweep to make. Replay it without --script.`
    );
  return `${[...opening(facts), ...model(facts, task), ...adapter(cell, method), ...rows2(task, TARGETS[task.targets]), ...parts].join("\n")}
`;
}
function opening({ cell, pins, python, failure }) {
  const versions = Object.entries(pins).map(([name, version]) => `${name}==${version.split("+")[0]}`);
  const [major, minor] = python.split(".");
  const where = Object.entries(pins).map(([name, version]) => `${name} ${version}`);
  const what = failure ? `${failure.stage}: ${failure.message}` : "passes";
  return [
    "# /// script",
    `# requires-python = "==${major}.${minor}.*"`,
    `# dependencies = ${literal(versions)}`,
    "# ///",
    `# ${cellId(cell)}, with ${plain(where.join(", "), 200)}`,
    `# ${plain(what, 300).replace(/[\u0085\u2028\u2029]/g, " ")}`,
    "#",
    "# Run it with `uv run`, or in an environment that has these packages. Status 1 where it still does that.",
    "# The weights are random: what counts is the code that they go through.",
    ...standardImports(cell),
    "",
    ...importsOf(cell),
    "import peft",
    "import torch",
    "import transformers",
    ""
  ];
}
function methodOf({ method }) {
  return own(METHODS, methodParts(method).entry);
}
function rateOf({ learningRate, learningRates = {} }, { architecture }) {
  return own(learningRates, architecture) ?? learningRate;
}
function standardImports(cell) {
  return methodOf(cell)?.untrained === void 0 ? ["import tempfile"] : ["import fnmatch", "import tempfile"];
}
function importsOf({ quantization }) {
  const made = JSON.stringify(own(QUANTIZERS, quantization)?.arguments ?? {}).matchAll(/"make":"([\w.]+)\.\w+"/g);
  return [...new Set([...made].map(([, name]) => `import ${name}`))];
}
function model({ cell, config }, task) {
  const labels = task.labels === void 0 ? "" : `, num_labels=${task.labels}`;
  return [
    `CONFIG = ${literal(shownConfig(config))}`,
    "FOLDER = tempfile.mkdtemp()",
    "",
    "",
    "def save_model():",
    "    torch.manual_seed(0)",
    `    config = transformers.AutoConfig.for_model(**CONFIG${labels})`,
    `    model = transformers.${task.auto}.from_config(config).float()`,
    "    with torch.no_grad():",
    "        for weight in model.parameters():",
    "            if weight.dim() > 1:",
    "                weight.normal_(0, 0.2)",
    '    model.save_pretrained(FOLDER + "/model")',
    "",
    "",
    "def load_model():",
    `    return transformers.${task.auto}.from_pretrained(FOLDER + "/model"${quantized(cell)})`,
    "",
    ""
  ];
}
var NOISE = ["architectures", "transformers_version", "torch_dtype", "dtype"];
function shownConfig(config) {
  const entries = Object.entries(config ?? {}).filter(([name]) => !NOISE.includes(name));
  return { ...Object.fromEntries(entries), eos_token_id: null };
}
function quantized({ quantization }) {
  const quantizer = own(QUANTIZERS, quantization);
  if (quantizer?.config === void 0 && quantization === "none") return ", torch_dtype=torch.float32";
  if (quantizer?.arguments === void 0 || quantizer.packed !== void 0 || quantizer.quantizes !== void 0)
    throw new UserError(
      `A cell of \`${quantization}\` has no script: its checkpoint is packed by peft-sweep. Replay it without --script.`
    );
  const config = `transformers.${quantizer.config}(${keywords(quantizer.arguments)})`;
  return `, torch_dtype=torch.float32, device_map="cpu", quantization_config=${config}`;
}
function adapter(cell, method) {
  const modules = own(ARCHITECTURES, cell.architecture)?.modules ?? {};
  const filled = Object.fromEntries(
    Object.entries(method.arguments).map(([name, value]) => [name, resolved(value, modules)])
  );
  const task = own(TASKS, cell.task)?.taskType ?? "";
  return [
    "def configuration():",
    `    return peft.${method.config}(${keywords({ task_type: task, ...filled })})`,
    "",
    ""
  ];
}
function resolved(value, modules) {
  if (typeof value !== "object" || value === null) return value;
  if ("modules" in value) return own(modules, String(value.modules)) ?? [];
  return "job" in value ? STEPS : value;
}
var STEPS = 25;
function keywords(values) {
  return Object.entries(values).map(([name, value]) => `${name}=${literal(value)}`).join(", ");
}
function rows2(task, targets) {
  const decoder = task.decodes ? ', "decoder_input_ids": targets' : "";
  return [
    "ids = torch.tensor(",
    "    [[(start + stride * at) % 60 + 4 for at in range(12)] for start, stride in ((3, 7), (11, 8), (23, 9), (31, 10))]",
    ")",
    `targets = ${targets}`,
    `inputs = {"input_ids": ids, "attention_mask": torch.ones_like(ids)${decoder}}`,
    'batch = {"input_ids": ids, "attention_mask": torch.ones_like(ids), "labels": targets}',
    "",
    "",
    "def logits_of(model):",
    "    model.eval()",
    "    with torch.no_grad():",
    `        logits = model(**inputs).logits.float()`,
    `    return logits${task.logitsPer === "token" ? "[:, -12:]" : ""}`,
    "",
    "",
    "def require_close(what, one, other):",
    "    apart = (one - other).abs().max().item()",
    `    if not apart <= ${TOLERANCE}:`,
    '        raise SystemExit(f"{what} differ by {apart:.3g}")',
    "",
    "",
    "save_model()",
    "base = load_model()",
    "base_logits = logits_of(base)"
  ];
}
var TOLERANCE = "1e-3";
var TARGETS = {
  "next-token": "ids",
  reversed: "ids.flip(1)[:, :8]",
  "class-of-token": "ids % 2",
  "class-of-row": "torch.tensor([0, 1, 0, 1])"
};

// src/commands/own-of-cell.ts
async function ownOfCell(cell, declared, opener) {
  const { architecture } = parseCellId(cell);
  if (Object.hasOwn(ARCHITECTURES, architecture)) return /* @__PURE__ */ new Map();
  const checkpoint = checkpointOf({ architecture }, declared);
  if (checkpoint === void 0)
    throw new UserError(
      `\`${architecture}\` is a checkpoint of your own, and the configuration has none of that name. Run it where \`${CONFIGURATION}\` names it under \`checkpoints:\`, or name that file with --config.`
    );
  const { checkpoints, own: own2 } = await openCheckpoints({ [architecture]: checkpoint }, opener);
  const unfit = checkpoints[architecture]?.unfit;
  if (unfit !== void 0)
    throw new UserError(
      `The checkpoint \`${architecture}\` cannot be opened again (${unfit.reason}). ${unfit.message}`
    );
  return own2;
}

// src/commands/replay.ts
async function runReplay(context) {
  const { line, environment, folder, signal, say } = context;
  const [typed = ""] = line.operands;
  const { report, cell, id } = located(typed, line.options.out);
  const { python, offline, device } = line.options;
  const world = await openWorld({ environment, folder, signal, python, offline, device, say });
  const { host, sandbox } = world;
  if (line.options.script) {
    context.print(scriptOf(report, cell, id, sandbox.warden.program));
    return STATUS.fine;
  }
  const own2 = await ownOfCell(cell, line.request.checkpoints, openerOf(world));
  await rebuilt(context, world, id);
  const left = findHandover(join6(resolve(line.options.out), "handover"), cell);
  const base = report.results.find((one) => one.cell === cell && isOfBase(report, one));
  const isBase2 = left === void 0 || left.environmentId === id;
  const probes = new PythonProbes({
    cache: host.cache,
    program: sandbox.warden.program,
    handover: left?.folder ?? join6(resolve(line.options.out), "handover"),
    containment: await sandbox.containment(),
    show: sandbox.show,
    signal: context.signal,
    start: host.start,
    cards: () => cardsNow(host),
    own: own2
  });
  const job = {
    cells: [
      {
        ...parseCellId(cell),
        id: cell,
        packages: packagesOf(parseCellId(cell)),
        ...ownForProbe(parseCellId(cell), report.configurations),
        leaves: false,
        thorough: true
      }
    ],
    packages: packagesOf(parseCellId(cell)),
    device: host.device,
    width: 1,
    saveHandover: false
  };
  const carried = isBase2 ? job : { ...job, carryFrom: left.environmentId };
  let outcome;
  const end = await probes.run(id, carried, (text) => {
    const record = parseRecord(text);
    if (record?.kind !== "cell") return;
    const result = withLoadedAtBase(judge(record, { device: host.device }), base);
    outcome = result.outcome;
    context.print(`${cell}@${id}: ${result.outcome}
`);
    for (const [stage, state] of Object.entries(result.stages)) context.print(`  ${stage.padEnd(9)} ${state}
`);
    for (const failure of record.failures)
      context.print(
        `  ${failure.stage}: ${failure.type}: ${failure.message}
${failure.frames.map((frame) => `      ${frame}
`).join("")}`
      );
    if (record.output) context.print(`${record.output}
`);
  });
  if (outcome === void 0)
    say(`The probe ended without a record (${end.how} ${end.code}). ${end.output.trim().slice(-500)}`);
  if (outcome === "pass" || outcome === "unsupported") return STATUS.fine;
  return outcome === "fail" || outcome === "wrong" ? STATUS.found : STATUS["not-compared"];
}
function scriptOf({ results, environments }, cell, id, program) {
  const environment = environments.find((one) => one.id === id);
  const [failure] = results.find((one) => one.cell === cell && one.environment === id)?.failures ?? [];
  const parsed = parseCellId(cell);
  const config = readText(join6(program, "checkpoints", parsed.architecture, "config.json")) ?? "{}";
  const { pins = {}, python = "3" } = environment ?? {};
  return renderScript({ cell: parsed, pins, python, config: JSON.parse(config), failure });
}
function located(typed, out) {
  const [cell = "", id = ""] = typed.split("@");
  if (id === "")
    throw new UserError(
      "Name a cell and an environment, e.g. `peft-sweep replay lora/none/llama/causal-lm@1b77c0de92aa`."
    );
  const report = readReport(out);
  const known = report.results.find((result) => result.cell === cellId(parseCellId(cell)) && result.environment === id);
  if (known === void 0) {
    const where = report.results.filter((result) => result.cell === cell).map((result) => result.environment);
    const hint = where.length > 0 ? ` It was measured in: ${[...new Set(where)].join(", ")}.` : " `peft-sweep explain` lists what was.";
    throw new UserError(`\`${typed}\` was not measured in \`${out}\`.${hint}`);
  }
  return { report, cell, id };
}
async function rebuilt(context, world, id) {
  take(world.host.cache, id);
  if (isBuilt(world.host.cache, id)) return;
  const file = join6(context.line.options.out, "locks", `${id}.txt`);
  const lock = readText(file);
  if (lock === void 0) throw new UserError(`The lock \`${file}\` is gone. Run the sweep again.`);
  const { out, cacheGb } = context.line.options;
  const torch = await world.index.torch(void 0);
  const environments = await environmentsFor(world, torch, { out: resolve(out), cacheGb, say: context.say });
  const failed = await environments.build(id, lock);
  if (failed)
    throw new UserError(
      `The environment ${id} could not be built again: ${failed.status === "built" ? "" : failed.why}`
    );
}

// src/commands/run.ts
var COMMANDS = {
  sweep: runSweep,
  plan: runPlan,
  check: runCheck,
  diff: runDiff,
  report: runReport,
  explain: runExplain,
  replay: runReplay,
  demo: runDemo,
  init: runInit,
  doctor: runDoctor,
  clean: runClean
};
async function runCommand(argv, signal, terminal) {
  const problems = [];
  const line = parseCommandLine(argv, readConfiguration, problems);
  if (problems.length > 0) throw new UserError(problems);
  const { stdout, stderr, env: environment } = terminal;
  const isForPrograms = line.options.json || line.options.format !== "terminal";
  const print = (text) => stdout.write(isForPrograms ? text : wrap(text, columnsOf(stdout, environment)));
  const say = (text) => stderr.write(wrap(`${text}
`, columnsOf(stderr, environment)));
  const context = { line, environment, folder: terminal.cwd(), signal, clock, print, say };
  const status = await COMMANDS[line.command](context);
  return signal.aborted ? STATUS.interrupted : status;
}
export {
  runCommand
};
