import { spawn } from 'node:child_process';
import { chmodSync, existsSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join, resolve } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { scratch } from '../factories/scratch.ts';

const DIST = resolve('dist');
const PYTHON = '/usr/bin/env python3';

interface Ended {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a bundle in an empty folder with an empty cache and nothing else in its environment. */
function run(
  bundle: string,
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<Ended> {
  const folder = scratch('run');
  const env = { PATH: process.env.PATH ?? '', HOME: folder, PEFT_SWEEP_CACHE: join(folder, 'cache'), ...environment };
  return new Promise((done) => {
    const child = spawn(process.execPath, [join(DIST, bundle), ...args], { cwd: folder, env });
    const out = { stdout: '', stderr: '' };
    child.stdout.on('data', (chunk: Buffer) => {
      out.stdout += chunk;
    });
    child.stderr.on('data', (chunk: Buffer) => {
      out.stderr += chunk;
    });
    child.on('close', (status) => done({ status, ...out }));
  });
}

/** A folder with nothing but what is named: a PATH on which the rest cannot be found. */
function pathWith(scripts: Readonly<Record<string, string>>): string {
  const folder = scratch('bin');
  for (const [name, text] of Object.entries(scripts)) {
    if (text.startsWith('/')) symlinkSync(text, join(folder, name));
    else {
      writeFileSync(join(folder, name), text);
      chmodSync(join(folder, name), 0o755);
    }
  }
  return folder;
}

const SHELL = { sh: '/bin/sh', env: '/usr/bin/env' };
const UV = `#!/bin/sh\necho "uv 0.13.9"\n`;
const python = () => `#!/bin/sh\nPATH="${process.env.PATH}" exec ${PYTHON} "$@"\n`;
const SWEEP = ['sweep', 'transformers:4.55.4..4.57.6'];

describe('the command line, as installed', () => {
  it('shows its help and its version', async () => {
    expect((await run('cli.js', ['--help'])).stdout).toContain('peft-sweep sweep NAME:OLD..NEW');
    const { version } = JSON.parse(readFileSync('package.json', 'utf8'));
    expect((await run('cli.js', ['--version'])).stdout).toBe(`${version}\n`);
  });

  it('lists every mistake before it looks for anything, with status 2', async () => {
    const { status, stderr } = await run('cli.js', ['sweep', 'transfromers:1..2', '--cells', 'lara', '--jbos', '3'], {
      PATH: pathWith({}),
    });
    expect(status).toBe(2);
    expect(stderr.trim().split('\n')).toHaveLength(3);
    expect(stderr).toContain('Did you mean `transformers`?');
  });

  it('says what to install where there is no Python', async () => {
    const { status, stderr } = await run('cli.js', SWEEP, { PATH: pathWith(SHELL) });
    expect(status).toBe(2);
    expect(stderr).toContain('Install Python 3.10 or newer');
  });

  it('says what to do where there is no uv and pip cannot get it', async () => {
    const { status, stderr } = await run('cli.js', SWEEP, {
      PATH: pathWith({ ...SHELL, python3: python() }),
      PIP_NO_INDEX: '1',
      PIP_FIND_LINKS: '',
    });
    expect(status).toBe(3);
    expect(stderr).toContain('or install uv yourself');
  });

  it('ends with status 3 where the index answers 5xx, and says what to do', async () => {
    const server = createServer((_request, response) => response.writeHead(503).end());
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    const { port } = server.address() as AddressInfo;
    const { status, stderr } = await run('cli.js', SWEEP, {
      PATH: pathWith({ ...SHELL, python3: python(), uv: UV }),
      UV_DEFAULT_INDEX: `http://127.0.0.1:${port}/simple`,
    });
    server.close();
    expect(status).toBe(3);
    expect(stderr).toContain('Try again later');
  });

  it('ends the demo with status 3 without a cache and without a network', async () => {
    const { status, stderr } = await run('cli.js', ['demo', '--offline'], {
      PATH: pathWith({ ...SHELL, python3: python(), uv: UV }),
      UV_DEFAULT_INDEX: 'http://127.0.0.1:9/simple',
    });
    expect(status).toBe(3);
    expect(stderr).toContain('Run once without --offline');
  });

  it('says where a report is missing', async () => {
    const { status, stderr } = await run('cli.js', ['explain', 'lora/none/llama/causal-lm']);
    expect(status).toBe(2);
    expect(stderr).toContain('Run `peft-sweep sweep` first');
  });
});

describe('the action, spawned as a runner does', () => {
  it('reports every mistake as an annotation and sets its outputs', async () => {
    const files = scratch('runner');
    const output = join(files, 'output');
    writeFileSync(output, '');
    const { status, stdout } = await run('index.js', [], {
      INPUT_CHANGES: 'transfromers:1..2',
      INPUT_CELLS: 'lara',
      GITHUB_OUTPUT: output,
    });
    expect(status).toBe(2);
    expect(stdout.match(/^::error::/gm)).toHaveLength(2);
    expect(readFileSync(output, 'utf8')).toMatch(/status<<[\s\S]*\n2\n/);
  });
});

describe('the bundles', () => {
  it('are there, and the command line holds no GitHub toolkit', () => {
    expect(existsSync(join(DIST, 'index.js'))).toBe(true);
    const chunks = readdirSync(join(DIST, 'chunks')).map((name) => join(DIST, 'chunks', name));
    for (const file of [join(DIST, 'cli.js'), ...chunks]) {
      const text = readFileSync(file, 'utf8');
      expect(text).not.toContain('@actions/core');
      expect(text).not.toContain('GITHUB_STEP_SUMMARY');
    }
  });
});
