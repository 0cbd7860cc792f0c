/** Jest's Node environment with Node's own arrays of numbers: a native module makes those, and asks for those. */
import { TestEnvironment } from 'jest-environment-node';

export default class NativeArrays extends TestEnvironment {
  constructor(...given) {
    super(...given);
    Object.assign(this.global, { Float32Array, BigInt64Array, Uint8Array, ArrayBuffer });
  }
}
