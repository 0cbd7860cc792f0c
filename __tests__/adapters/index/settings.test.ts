import { describe, expect, it } from '@jest/globals';
import { emittedIndexes, indexSettings } from '../../../src/adapters/index/settings.ts';
import { withoutCredentials } from '../../../src/domain/package.ts';

describe('index settings', () => {
  it('translates pip settings to explicit uv options', () => {
    const pip =
      "global.index-url='https://index.example/simple'\n:env:.find-links='/wheels'\nglobal.extra-index-url='https://extra.example/simple'";
    expect(indexSettings({ PATH: '/bin' }, pip).uvOptions).toEqual([
      '--default-index',
      'https://index.example/simple',
      '--index',
      'https://extra.example/simple',
      '--find-links',
      '/wheels',
    ]);
  });

  it('lets uv settings win over those of pip', () => {
    const settings = indexSettings(
      { UV_DEFAULT_INDEX: 'https://uv.example/simple', PIP_INDEX_URL: 'https://pip.example/simple' },
      '',
    );
    expect(settings.indexUrl).toBe('https://uv.example/simple');
    expect(settings.uvOptions).toEqual([]);
  });

  it('reads folders with wheels as uv and pip separate them, by commas and by white space', () => {
    expect(indexSettings({ UV_FIND_LINKS: '/my wheels,/others, /more' }, '').findLinks).toEqual([
      '/my wheels',
      '/others',
      '/more',
    ]);
    expect(indexSettings({}, "global.find-links='/wheels /others'").findLinks).toEqual(['/wheels', '/others']);
  });

  it('hands no token and no cloud variable on to uv', () => {
    const settings = indexSettings(
      { GITHUB_TOKEN: 'secret', AWS_SECRET_ACCESS_KEY: 'secret', UV_INDEX_OURS_PASSWORD: 'index', PATH: '/bin' },
      '',
    );
    expect(settings.uvEnvironment).toEqual({ UV_INDEX_OURS_PASSWORD: 'index', PATH: '/bin' });
  });

  it('names no cache folder that is not ours', () => {
    expect(indexSettings({ UV_CACHE_DIR: '/cache', UV_PYTHON: '3.9' }, '').uvEnvironment).toEqual({});
  });

  it('takes the certificate that pip is told to use', () => {
    expect(indexSettings({}, "global.cert='/ca.pem'")).toMatchObject({
      certificate: '/ca.pem',
      uvEnvironment: { SSL_CERT_FILE: '/ca.pem' },
    });
  });

  it('reads the addresses that uv prints, the default first', () => {
    const stdout = '--index-url https://index.example/simple\n--extra-index-url https://extra.example/simple\n\n';
    expect(emittedIndexes({ status: 0, stdout, stderr: '' })).toEqual([
      'https://index.example/simple',
      'https://extra.example/simple',
    ]);
  });

  it('shows an address without its credentials', () => {
    expect(withoutCredentials('https://user:pass@index.example/simple')).toBe('https://index.example/simple');
  });
});
