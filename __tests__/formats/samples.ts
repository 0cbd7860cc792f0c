/** Files of each format: what can be pinned before and after a pin of peft, and locks. */

export interface Sample {
  readonly file: string;
  readonly before: string;
  /** All that is read of it: name, specifier, group in brackets, line. */
  readonly reads: readonly string[];
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
      reads: ['torch [] 2', 'peft>=0.17 [] 2'],
      pin,
      after: '[project]\ndependencies = ["torch", "peft>=0.18.0,<0.20"]  # why\n',
    },
    {
      file: 'pyproject.toml',
      before: '[tool.poetry.dependencies]\npeft = "^0.17"\n',
      reads: ['peft>=0.17,<0.18 [] 2'],
      pin,
      after: '[tool.poetry.dependencies]\npeft = ">=0.18.0,<0.20"\n',
    },
  ],
  pipfile: [
    {
      file: 'Pipfile',
      before: "[packages]\npeft = {version = '*', extras = ['x']}\n",
      reads: ['peft [] 2'],
      pin,
      after: "[packages]\npeft = {version = '>=0.18.0,<0.20', extras = ['x']}\n",
    },
  ],
  pixi: [
    {
      file: 'pixi.toml',
      before:
        '[dependencies]\npython = ">=3.10"\npytorch-gpu = { version = "2.4.*", channel = "conda-forge" }\n[pypi-dependencies]\npeft = ">=0.17"  # why\n',
      reads: ['peft>=0.17 [] 5', 'pytorch-gpu==2.4.* [conda] 3'],
      pin,
      after:
        '[dependencies]\npython = ">=3.10"\npytorch-gpu = { version = "2.4.*", channel = "conda-forge" }\n[pypi-dependencies]\npeft = ">=0.18.0,<0.20"  # why\n',
    },
    {
      file: 'train/pixi.toml',
      before:
        '[feature.gpu.pypi-dependencies]\npeft = { version = "==0.17.1", extras = ["x"] }\n[feature.gpu.target.linux-64.pypi-dependencies]\nbitsandbytes = "*"\n[target.osx-arm64.dependencies]\ntransformers = "4.57.1"\naccelerate = "=1.10"\n[pypi-options.dependency-overrides]\ntorch = "==2.8.0"\n',
      reads: [
        'torch==2.8.0 [pixi:dependency-overrides] 9',
        'transformers==4.57.1 [conda/target:osx-arm64] 6',
        'accelerate==1.10.* [conda/target:osx-arm64] 7',
        'peft==0.17.1 [feature:gpu] 2',
        'bitsandbytes [feature:gpu/target:linux-64] 4',
      ],
      pin: '==0.18.0',
      after:
        '[feature.gpu.pypi-dependencies]\npeft = { version = "==0.18.0", extras = ["x"] }\n[feature.gpu.target.linux-64.pypi-dependencies]\nbitsandbytes = "*"\n[target.osx-arm64.dependencies]\ntransformers = "4.57.1"\naccelerate = "=1.10"\n[pypi-options.dependency-overrides]\ntorch = "==2.8.0"\n',
    },
  ],
  conda: [
    {
      file: 'environment.yml',
      before: 'dependencies:\n  - conda-forge::peft=0.17.1\n',
      reads: ['peft==0.17.1 [conda] 2'],
      pin,
      after: 'dependencies:\n  - conda-forge::peft>=0.18.0,<0.20\n',
    },
    {
      file: 'environment-gpu.yaml',
      before: 'dependencies:\n  - pip:\n      - peft==0.17.1\n',
      reads: ['peft==0.17.1 [pip] 3'],
      pin,
      after: 'dependencies:\n  - pip:\n      - peft>=0.18.0,<0.20\n',
    },
  ],
  'setup-cfg': [
    {
      file: 'setup.cfg',
      before: '[options]\ninstall_requires =\n    peft>=0.17\n',
      reads: ['peft>=0.17 [] 3'],
      pin,
      after: '[options]\ninstall_requires =\n    peft>=0.18.0,<0.20\n',
    },
  ],
  'setup-py': [
    {
      file: 'setup.py',
      before: 'DEPS = ["torch", "peft"]\nsetup(install_requires=DEPS)\n',
      reads: ['torch [] 1', 'peft [] 1'],
      pin,
      after: 'DEPS = ["torch", "peft>=0.18.0,<0.20"]\nsetup(install_requires=DEPS)\n',
    },
  ],
  dockerfile: [
    {
      file: 'Dockerfile',
      before: 'FROM python:3.12\nRUN pip install torch \\\n    peft==0.17.1\n',
      reads: ['torch [] 2', 'peft==0.17.1 [] 3'],
      pin,
      after: 'FROM python:3.12\nRUN pip install torch \\\n    "peft>=0.18.0,<0.20"\n',
    },
  ],
  shell: [
    {
      file: 'scripts/install.sh',
      before:
        '#!/bin/bash\nVERSION=4.57.1\npip install "transformers==$VERSION" \\\n  peft==0.17.1 > log.txt 2>&1  # accelerate\necho "pip install torch"\nbash -c "uv pip install trl"\n',
      reads: ['transformers==4.57.1 [] 3', 'peft==0.17.1 [] 4', 'trl [] 6'],
      pin,
      after:
        '#!/bin/bash\nVERSION=4.57.1\npip install "transformers==$VERSION" \\\n  "peft>=0.18.0,<0.20" > log.txt 2>&1  # accelerate\necho "pip install torch"\nbash -c "uv pip install trl"\n',
    },
  ],
  requirements: [
    {
      file: 'requirements.txt',
      before: 'torch\npeft[x] >= 0.17  # why\n',
      reads: ['torch [] 1', 'peft>=0.17 [] 2'],
      pin,
      after: 'torch\npeft[x] >= 0.18.0,< 0.20  # why\n',
    },
  ],
  script: [
    {
      file: 'train.py',
      before: '# /// script\n# dependencies = ["peft"]\n# ///\nimport peft\n',
      reads: ['peft [] 2'],
      pin,
      after: '# /// script\n# dependencies = ["peft>=0.18.0,<0.20"]\n# ///\nimport peft\n',
    },
  ],
};

/** By the name of the format: those that only say what was resolved. Each holds peft 0.17.1. */
export const LOCKS: Readonly<Record<string, { readonly file: string; readonly content: string }>> = {
  lock: { file: 'uv.lock', content: '[[package]]\nname = "peft"\nversion = "0.17.1"\n' },
  'pixi-lock': {
    file: 'pixi.lock',
    content:
      'version: 6\nenvironments:\n  default:\n    indexes:\n    - https://index.example/simple\n    packages:\n      linux-64:\n      - pypi: https://files.example/peft-0.17.1-py3-none-any.whl\npackages:\n- conda: https://conda.example/noarch/tqdm-4.67.1-pyhd8ed1ab_1.conda\n  sha256: aa\n- pypi: https://files.example/peft-0.17.1-py3-none-any.whl\n  name: peft\n  version: 0.17.1\n  requires_dist:\n  - torch>=1.13\n- pypi: ./\n  name: own\n  version: 0.1.0\n',
  },
  'pipfile-lock': { file: 'Pipfile.lock', content: '{"default": {"peft": {"version": "==0.17.1"}}}\n' },
};
