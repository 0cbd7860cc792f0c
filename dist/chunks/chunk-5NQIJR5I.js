import { createRequire as __createRequire } from 'node:module';
const require = __createRequire(import.meta.url);

// src/errors.ts
var UserError = class extends Error {
  lines;
  constructor(lines) {
    const list = typeof lines === "string" ? [lines] : lines;
    super(list.join("\n"));
    this.name = "UserError";
    this.lines = list;
  }
};
var WeatherError = class extends Error {
  constructor(message, options) {
    super(message, options);
    this.name = "WeatherError";
  }
};
var Refused = class extends Error {
  constructor(message, status) {
    super(message);
    this.status = status;
    this.name = "Refused";
  }
  status;
};
function assertNever(value) {
  throw new Error(`unexpected value: ${JSON.stringify(value)}`);
}

export {
  UserError,
  WeatherError,
  Refused,
  assertNever
};
