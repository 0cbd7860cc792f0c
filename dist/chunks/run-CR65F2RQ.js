import { createRequire as __createRequire } from 'node:module';
const require = __createRequire(import.meta.url);
import {
  readConfiguration,
  runCommand
} from "./chunk-ZMQ54TTX.js";
import "./chunk-JCWJNY3D.js";
import "./chunk-LTJHQHL6.js";
import "./chunk-WNWKF34P.js";
export {
  readConfiguration,
  runCommand
};
