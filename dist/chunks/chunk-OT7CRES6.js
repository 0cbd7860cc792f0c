import { createRequire as __createRequire } from 'node:module';
const require = __createRequire(import.meta.url);
import {
  Refused,
  UserError,
  WeatherError
} from "./chunk-5NQIJR5I.js";

// src/domain/status.ts
var STATUS = {
  fine: 0,
  /** Something got worse. */
  found: 1,
  /** The request is wrong. */
  request: 2,
  /** Something was not compared, or the world was not as it has to be. */
  "not-compared": 3,
  /** A defect of ours. */
  defect: 70,
  interrupted: 130
};
function worstOf(statuses) {
  const { interrupted, found, "not-compared": notCompared, fine } = STATUS;
  return [interrupted, found, notCompared].find((status) => statuses.includes(status)) ?? fine;
}

// src/failure.ts
var LIMITS = {
  ENOSPC: "The disk is full. Free some space, or run `peft-sweep clean`",
  EDQUOT: "Your disk quota is used up. Free some space, or run `peft-sweep clean`",
  EMFILE: "Too many files are open at once. Raise the limit (`ulimit -n 1024`), or use fewer --jobs",
  ENFILE: "This machine has too many files open. Close other programs, or use fewer --jobs",
  ENOMEM: "This machine has no memory left. Close other programs, or use fewer --jobs",
  ERR_WORKER_OUT_OF_MEMORY: "This machine has no memory left. Close other programs, or use fewer --jobs",
  EAGAIN: "This machine cannot start another process. Close other programs, raise the limit (`ulimit -u`), or use fewer --jobs",
  EIO: "The disk cannot be read or written. Check it",
  EACCES: "A file may not be read or written. Check who owns it, and its permissions",
  EPERM: "The system does not permit an operation. Check who owns the file, and its permissions",
  EROFS: "A folder is on a read-only file system. Name another with --out or PEFT_SWEEP_CACHE"
};
function failureOf(error, isInterrupted) {
  const known = knownFailure(error);
  if (isInterrupted && known !== void 0)
    return {
      status: STATUS.interrupted,
      lines: ["Interrupted. What was measured is kept, and the next run goes on from there."]
    };
  if (known !== void 0) return known;
  return {
    status: STATUS.defect,
    lines: [`This is a defect of peft-sweep: ${messageOf(error)}.`.replace(/([.!?])\.$/, "$1")],
    log: stackOf(error)
  };
}
function limitOf(error) {
  const { code: code2, path, syscall } = error ?? {};
  const sentence = code2 !== void 0 && Object.hasOwn(LIMITS, code2) ? LIMITS[code2] : void 0;
  const where = typeof path === "string" && !syscall?.startsWith("spawn") ? ` It is about \`${path}\`.` : "";
  return sentence && `${sentence} (${code2}).${where} What was measured is kept.`;
}
function knownFailure(error) {
  if (error instanceof UserError) return { status: STATUS.request, lines: error.lines };
  if (error instanceof WeatherError || error instanceof Refused)
    return { status: STATUS["not-compared"], lines: [error.message] };
  const limit = limitOf(error);
  return limit === void 0 ? void 0 : { status: STATUS["not-compared"], lines: [limit] };
}
function messageOf(error) {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}
function stackOf(error) {
  if (!(error instanceof Error)) return String(error);
  const own = error.stack ?? messageOf(error);
  return error.cause === void 0 ? own : `${own}
caused by: ${stackOf(error.cause)}`;
}

// src/report/escape.ts
var LONGEST = 300;
var INVISIBLE = /[\p{Cc}\p{Cf}]/gu;
var ESCAPE_SEQUENCE = new RegExp("\\p{Cc}\\[[0-9;?]*[ -/]*[@-~]", "gu");
function plain(text, longest = LONGEST) {
  const line = text.replace(ESCAPE_SEQUENCE, "").replace(/[\r\n\t]+/g, " ").replace(INVISIBLE, "");
  return line.length > longest ? `${line.slice(0, longest - 1)}\u2026` : line;
}
var MARKUP = /[\\`*[\]<|!#~]|^\s*>|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])/g;
function inline(text, longest = LONGEST) {
  return plain(text, longest).replace(MARKUP, (found) => `${found.slice(0, -1)}&#${found.charCodeAt(found.length - 1)};`).replace(/@/g, "@\u2060").replace(/(https?):\/\//gi, "$1&#58;//");
}
function prose(text, longest = LONGEST) {
  const parts = plain(text, longest).split("`");
  if (parts.length % 2 === 0) return inline(text, longest);
  const safe = parts.map((part, index) => index % 2 === 1 ? code(part, longest) : inline(part, longest));
  return joined(safe, "");
}
function code(text, longest = LONGEST) {
  const safe = plain(text, longest).replace(/[`|]/g, (character) => character === "`" ? "\u02CB" : "\xA6");
  return safe === "" ? "` `" : `\`${safe}\``;
}
function fence(lines, language = "text") {
  return fenced(
    lines.map((line) => plain(line)),
    language
  );
}
var LONGEST_WHOLE_LINE = 2e3;
var NOT_WHOLE = new RegExp("[^\\P{Cc}\\t]|\\p{Cf}|[\\u2028\\u2029]", "u");
function wholeLines(lines, language) {
  if (lines.some((line) => line.length > LONGEST_WHOLE_LINE || NOT_WHOLE.test(line))) return void 0;
  return fenced(lines, language);
}
function fenced(lines, language) {
  const longest = Math.max(
    2,
    ...lines.map((line) => Math.max(0, ...[...line.matchAll(/`+/g)].map((match) => match[0].length)))
  );
  const ticks = "`".repeat(longest + 1);
  return [`${ticks}${language}`, ...lines, ticks].join("\n");
}
function md(text, ...parts) {
  return String.raw({ raw: text }, ...parts);
}
function joined(parts, separator) {
  return parts.join(separator);
}
function codes(texts) {
  return joined(
    texts.map((text) => code(text)),
    ", "
  );
}
function link(text, address) {
  return /^https?:\/\/[\w.:-]+(\/[\w.~%/+@:-]*)?(\?[\w.~%=&-]*)?(#[\w-]*)?$/.test(address) ? `[${text}](${address})` : text;
}
function hidden(name, value) {
  return `<!-- peft-sweep:v1:${name} ${Buffer.from(JSON.stringify(value)).toString("base64")} -->`;
}
function shortened(text, longest) {
  const line = plain(text, Number.POSITIVE_INFINITY);
  if (line.length <= longest) return line;
  const end = line.lastIndexOf(" ", longest - 2);
  return `${line.slice(0, end > 0 ? end : longest - 2).replace(/[,;:]$/, "")} \u2026`;
}
function cut(text, longest) {
  if (text.length <= longest) return text;
  const end = text.lastIndexOf("\n", longest - 3);
  return `${text.slice(0, end > 0 ? end : longest - 2)}
\u2026`;
}

export {
  STATUS,
  worstOf,
  failureOf,
  limitOf,
  plain,
  inline,
  prose,
  code,
  fence,
  wholeLines,
  md,
  joined,
  codes,
  link,
  hidden,
  shortened,
  cut
};
