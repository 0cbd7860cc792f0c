import { createRequire as __createRequire } from 'node:module';
const require = __createRequire(import.meta.url);
import {
  readConfiguration,
  runCommand
} from "./chunk-XNFU75CL.js";
import "./chunk-5XWL5JNG.js";
export {
  readConfiguration,
  runCommand
};
