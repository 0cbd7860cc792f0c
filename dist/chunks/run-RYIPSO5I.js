import { createRequire as __createRequire } from 'node:module';
const require = __createRequire(import.meta.url);
import {
  readConfiguration,
  runCommand
} from "./chunk-PYDSJXSH.js";
import "./chunk-2R7LV7E2.js";
import "./chunk-LTJHQHL6.js";
import "./chunk-WNWKF34P.js";
export {
  readConfiguration,
  runCommand
};
