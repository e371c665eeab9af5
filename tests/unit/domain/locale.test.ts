// The language of a letter by RFC 4647 lookup.
import { describe, expect, it } from 'vitest';
import { lookupLocale } from '../../../src/domain/locale.ts';

const supported = ['en', 'id', 'es', 'zh-Hant', 'pt-BR'];

describe('lookupLocale', () => {
  it.each([
    ['en', 'en'],
    ['EN', 'en'],
    [' es ', 'es'],
    ['es-MX', 'es'],
    ['es_MX', 'es'],
    ['es-419', 'es'],
    ['in', 'id'],
    ['in-ID', 'id'],
    ['id-ID', 'id'],
    ['zh-Hant-TW', 'zh-Hant'],
    ['pt-br', 'pt-BR'],
    ['en-u-ca-buddhist', 'en'],
    ['en-x-private', 'en'],
    ['es-Latn-MX-u-co-trad', 'es'],
    ['en.UTF-8', 'en'],
    ['es_ES.UTF-8', 'es'],
    ['es_ES.ISO8859-15@euro', 'es'],
    ['es_ES@euro', 'es'],
    ['id_ID.utf8', 'id'],
    ['es-ES,es;q=0.9,en;q=0.8', 'es'],
    ['fr-FR, fr;q=0.9, id;q=0.5, en;q=0.7', 'en'],
    ['fr;q=0.9,*;q=0.5,pt-BR;q=0.1', 'pt-BR'],
    ['en;q=0,es;q=0.1', 'es'],
    ['id , en', 'id'],
    ['fr:es:en', 'es'],
    ['es;en', 'es'],
  ])('finds for %j the offered %s', (tag, locale) => {
    expect(lookupLocale(tag, supported, 'en')).toEqual({ locale, fallback: false });
  });

  it.each([
    '',
    '   ',
    'fr',
    'zh',
    'zh-Hans',
    'pt',
    'pt-PT',
    'x-private',
    '*',
    'english',
    'e',
    '12',
    'en-',
    'en--US',
    'en\r\nBcc: x@example.com',
    'C',
    'C.UTF-8',
    'POSIX',
    'fr_FR.UTF-8',
    'fr-FR,fr;q=0.9',
    'es;q=0',
    '*;q=0.5',
    'es.\r\nx',
  ])('gives the fallback for %j and says so', (tag) => {
    expect(lookupLocale(tag, supported, 'id')).toEqual({ locale: 'id', fallback: true });
  });

  it('gives the fallback for a cell of any size', () => {
    expect(lookupLocale('a'.repeat(100_000), supported, 'en').fallback).toBe(true);
  });

  it('answers the spelling of the kit', () => {
    expect(lookupLocale('ZH-hant', ['zh-hant'], 'zh-hant')).toEqual({ locale: 'zh-hant', fallback: false });
    expect(lookupLocale('id', ['in'], 'in')).toEqual({ locale: 'in', fallback: false });
  });
});
