import { createRequire as __createRequire } from 'node:module';
const require = __createRequire(import.meta.url);
import {
  readConfiguration,
  runCommand
} from "./chunk-OXJJNYGF.js";
import "./chunk-6FFYALHN.js";
import "./chunk-LTJHQHL6.js";
import "./chunk-WNWKF34P.js";
export {
  readConfiguration,
  runCommand
};
