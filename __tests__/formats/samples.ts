/** Files of each format: what can be pinned before and after a pin of peft, and locks. */

export interface Sample {
  readonly file: string;
  readonly before: string;
  /** The specifier that is put in. */
  readonly pin: string;
  readonly after: string;
}

const pin = '>=0.18.0,<0.20';

/** By the name of the format: those that are patched. */
export const SAMPLES: Readonly<Record<string, readonly Sample[]>> = {
  pyproject: [
    {
      file: 'pyproject.toml',
      before: '[project]\ndependencies = ["torch", "peft>=0.17"]  # why\n',
      pin,
      after: '[project]\ndependencies = ["torch", "peft>=0.18.0,<0.20"]  # why\n',
    },
    {
      file: 'pyproject.toml',
      before: '[tool.poetry.dependencies]\npeft = "^0.17"\n',
      pin,
      after: '[tool.poetry.dependencies]\npeft = ">=0.18.0,<0.20"\n',
    },
  ],
  pipfile: [
    {
      file: 'Pipfile',
      before: "[packages]\npeft = {version = '*', extras = ['x']}\n",
      pin,
      after: "[packages]\npeft = {version = '>=0.18.0,<0.20', extras = ['x']}\n",
    },
  ],
  conda: [
    {
      file: 'environment.yml',
      before: 'dependencies:\n  - conda-forge::peft=0.17.1\n',
      pin,
      after: 'dependencies:\n  - conda-forge::peft>=0.18.0,<0.20\n',
    },
    {
      file: 'environment-gpu.yaml',
      before: 'dependencies:\n  - pip:\n      - peft==0.17.1\n',
      pin,
      after: 'dependencies:\n  - pip:\n      - peft>=0.18.0,<0.20\n',
    },
  ],
  'setup-cfg': [
    {
      file: 'setup.cfg',
      before: '[options]\ninstall_requires =\n    peft>=0.17\n',
      pin,
      after: '[options]\ninstall_requires =\n    peft>=0.18.0,<0.20\n',
    },
  ],
  'setup-py': [
    {
      file: 'setup.py',
      before: 'DEPS = ["torch", "peft"]\nsetup(install_requires=DEPS)\n',
      pin,
      after: 'DEPS = ["torch", "peft>=0.18.0,<0.20"]\nsetup(install_requires=DEPS)\n',
    },
  ],
  dockerfile: [
    {
      file: 'Dockerfile',
      before: 'FROM python:3.12\nRUN pip install torch \\\n    peft==0.17.1\n',
      pin,
      after: 'FROM python:3.12\nRUN pip install torch \\\n    "peft>=0.18.0,<0.20"\n',
    },
  ],
  requirements: [
    {
      file: 'requirements.txt',
      before: 'torch\npeft[x] >= 0.17  # why\n',
      pin,
      after: 'torch\npeft[x] >= 0.18.0,< 0.20  # why\n',
    },
  ],
  script: [
    {
      file: 'train.py',
      before: '# /// script\n# dependencies = ["peft"]\n# ///\nimport peft\n',
      pin,
      after: '# /// script\n# dependencies = ["peft>=0.18.0,<0.20"]\n# ///\nimport peft\n',
    },
  ],
};

/** By the name of the format: those that only say what was resolved. Each holds peft 0.17.1. */
export const LOCKS: Readonly<Record<string, { readonly file: string; readonly content: string }>> = {
  lock: { file: 'uv.lock', content: '[[package]]\nname = "peft"\nversion = "0.17.1"\n' },
  'pipfile-lock': { file: 'Pipfile.lock', content: '{"default": {"peft": {"version": "==0.17.1"}}}\n' },
};
