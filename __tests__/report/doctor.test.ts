import { describe, expect, it } from '@jest/globals';
import { type DoctorFacts, renderDoctor } from '../../src/report/doctor.ts';

const SOUND: DoctorFacts = {
  node: 'v20.1.0',
  python: { version: '3.11.7', path: '/opt/python3' },
  uv: { version: '0.13.9', path: '/opt/uv' },
  indexes: ['https://packages.example/simple'],
  torch: '2.15.0: the build on your index',
  device: 'CPU',
  deviceProblems: [],
  oracle: 'on: numbers are checked against reference graphs',
  cache: { folder: '/cache', freeBytes: 59_900_000_000 },
  containment: { name: 'namespaces, another user', enforced: ['another user', 'no network', 'limits'], missing: [] },
  setup: [],
};

describe('doctor', () => {
  it('says what a sound machine has, one thing a line', () => {
    expect(renderDoctor(SOUND)).toBe(
      [
        'node       v20.1.0',
        'python     3.11.7 at /opt/python3',
        'uv         0.13.9 at /opt/uv',
        'index      https://packages.example/simple',
        'torch      2.15.0: the build on your index',
        'device     CPU',
        'oracle     on: numbers are checked against reference graphs',
        'cache      /cache, 59 GB free',
        'isolation  namespaces, another user: no network, limits',
        'workflows  one calls peft-sweep, and lacks nothing',
        '',
      ].join('\n'),
    );
  });

  it.each<[string, Partial<DoctorFacts>, readonly string[]]>([
    ['an index is set to a folder', { indexes: [] }, ['index      find-links folders only']],
    [
      'an index wants a password',
      { indexes: ['https://me:secret@a.example/simple', 'https://b.example/simple?key=secret'] },
      ['index      https://a.example/simple, https://b.example/simple'],
    ],
    [
      'a card is busy',
      { device: '1 card', deviceProblems: ['Card 0 has little memory free.'] },
      ['device     1 card', '           Card 0 has little memory free.'],
    ],
    [
      'nothing isolates',
      { containment: { name: 'limits only', enforced: ['time limited'], missing: ['no network', 'homes hidden'] } },
      [
        'isolation  limits only: time limited',
        '           not enforced: no network. Allow user namespaces, or run as root in a container with CAP_SYS_ADMIN.',
        '           not enforced: homes hidden. Allow user namespaces, or run as root in a container with CAP_SYS_ADMIN.',
      ],
    ],
    [
      'workflows lack something',
      { setup: ['a.yml: lacks `checks: write`', 'b.yml: pins no commit'] },
      ['workflows  a.yml: lacks `checks: write`', '           b.yml: pins no commit'],
    ],
  ])('says where %s', (_what, more, lines) => {
    const shown = renderDoctor({ ...SOUND, ...more }).split('\n');
    const at = shown.indexOf(lines[0] ?? '');
    expect(shown.slice(at, at + lines.length)).toEqual(lines);
    expect(shown.join('\n')).not.toContain('secret');
  });
});
