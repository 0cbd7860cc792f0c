import { createRequire as __createRequire } from 'node:module';
const require = __createRequire(import.meta.url);
import {
  readConfiguration,
  runCommand
} from "./chunk-HFXKQPST.js";
import "./chunk-IOHXFN5T.js";
import "./chunk-KTZONPEQ.js";
import "./chunk-WNWKF34P.js";
export {
  readConfiguration,
  runCommand
};
