import { normalizeName } from '../../domain/package.ts';

/** The parts of a distribution's file name that decide whether it can be installed. */
export interface WheelName {
  readonly name: string;
  readonly version: string;
  readonly tags: readonly string[];
}

/** What a wheel must fit. `python` is a version like `3.11.7`. */
export interface Target {
  readonly python: string;
  readonly platform: NodeJS.Platform;
  readonly machine: string;
}

export function parseWheelName(file: string): WheelName | undefined {
  if (!file.endsWith('.whl')) return undefined;
  const parts = file.slice(0, -4).split('-');
  if (parts.length < 5) return undefined;
  const [name = '', version = ''] = parts;
  const [python = '', abi = '', platform = ''] = parts.slice(-3);
  return { name: normalizeName(name), version, tags: [python, abi, platform] };
}

/** The version of a source distribution `name-version.tar.gz`, given the normalized name. */
export function sourceVersion(file: string, name: string): string | undefined {
  const stem = file.replace(/\.(tar\.gz|zip|tar\.bz2)$/, '');
  if (stem === file) return undefined;
  const dash = stem.lastIndexOf('-');
  return normalizeName(stem.slice(0, dash)) === name ? stem.slice(dash + 1) : undefined;
}

export function wheelFits(wheel: WheelName, target: Target): boolean {
  const [python = '', abi = '', platform = ''] = wheel.tags;
  const [major = '3', minor = '0'] = target.python.split('.');
  const pythons = python.split('.');
  const exact =
    pythons.includes(`cp${major}${minor}`) || pythons.includes(`py${major}`) || pythons.includes(`py${major}${minor}`);
  const stable =
    abi === 'abi3' && pythons.some((tag) => tag.startsWith(`cp${major}`) && Number(tag.slice(3)) <= Number(minor));
  return (exact || stable) && platform.split('.').some((tag) => platformFits(tag, target));
}

function platformFits(tag: string, target: Target): boolean {
  if (tag === 'any') return true;
  const machine =
    target.machine === 'x64'
      ? 'x86_64'
      : target.machine === 'arm64' && target.platform === 'linux'
        ? 'aarch64'
        : target.machine;
  if (target.platform === 'linux') return /^(many)?linux/.test(tag) && tag.endsWith(machine);
  return (
    target.platform === 'darwin' && tag.startsWith('macosx') && (tag.endsWith(machine) || tag.endsWith('universal2'))
  );
}
