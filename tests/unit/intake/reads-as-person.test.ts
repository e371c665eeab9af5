// Which cells of a first line are somebody's, and which are names of columns.
import { describe, expect, it } from 'vitest';
import { readsAsPerson } from '../../../src/intake/reads-as-person.ts';

describe('a cell of the first line', () => {
  it.each([
    'jane@example.com',
    'Jane Doe <jane@example.com>',
    '"Doe, Jane" <jane@example.com>',
    'mailto:jane@example.com',
    'MAILTO:jane%40example.com',
    'jane@localhost',
    'jane@@example.com',
    'ta.ro..01@mobile.example',
    ' jane @ example.com ',
    'jane＠example.com',
    'jane﹫example.com',
    'ja\u200bne\u00ad@\ufeffexample.com',
    '\u202ejane@example.com',
    'jane (at) example (dot) com',
    'jane[at]example[dot]com',
    'jane {AT} example.com',
    'jane AT example DOT com',
    'jane at example dot com',
    'jane_at_example.com',
    'jane at example.com',
    'jane arroba example punto com',
    'jane (ät) example.com',
    'jane&#64;example.com',
    'jane&commat;example.com',
    'jane=40example.com',
    'jane+AEA-example.com',
    'иван@пример.example',
    'èâàí@ïðèìåð.example',
    '用户@例子.example',
    'Jane <jane\u00a3\u00c0example.com>',
    'jane\u00a3\u00c0example.com',
    'tel:+15550100',
    'a@example.com; b@example.com',
    'Jane, jane@example.com, Berlin',
  ])('is an address: %j', (cell) => {
    expect(readsAsPerson(cell)).toBe('address');
  });

  it.each([
    '+44 20 7946 0958',
    '(555) 010-0199',
    '555.010.0199',
    '0049-30-1234567',
    '٠١٢٣٤٥٦٧٨٩',
    '０３-１２３４-５６７８',
    'Tel. 030 1234567',
    'Mobile: +1 555 0100 199',
    '+1-800-FLOWERS',
    '030/1234567 ext. 12',
    '6f1c2f6e-8a0b-4c3d-9e2f-1a2b3c4d5e6f',
    '{6F1C2F6E-8A0B-4C3D-9E2F-1A2B3C4D5E6F}',
    '507f1f77bcf86cd799439011',
    'd41d8cd98f00b204e9800998ecf8427e',
    '01ARZ3NDEKTSV4RRFFQ69G5FAV',
    'user-8F3k2LmQ',
    'org-12345',
    'cus_9s6XKzkNRiz8i3',
    'DE89 3704 0044 0532 0130 00',
    'GB29NWBK60161331926819',
    'de89370400440532013000',
    '4111 1111 1111 1111',
    '123-45-6789',
    '12345678Z',
    'RSSMRA85M01H501Z',
    '203.0.113.7',
    '2001:db8::8a2e:370:7334',
    'https://social.example/in/jane',
    '10004711',
  ])('is a number of somebody: %j', (cell) => {
    expect(readsAsPerson(cell)).toBe('number');
  });

  it.each([
    ...['', ' ', 'email', 'E-Mail', 'Email Address', 'E‑Mail', 'Name', 'Vor- und Nachname', 'full name', 'user.email'],
    ...['contact.address.city', 'user_id', 'User ID', 'Organization-Id', 'created_at', 'created_at.date', 'updated at'],
    ...[
      '@timestamp',
      'Telefonnummer',
      'phone 1',
      'IBAN',
      'UUID',
      'address_line_1',
      'x250',
      'utm_source',
      'Zip/Postal code',
    ],
    ...[
      'column 4',
      'ID',
      'id_2',
      'org_name',
      'Looked at',
      'Punkt',
      'At',
      'City (at signup)',
      'notes <optional>',
      '2024',
    ],
    ...[
      '2024-01-05',
      '05.01.2024',
      '20240105',
      '2024-01-05 10:00',
      'Umsatz 2024',
      '#',
      'q1',
      'электронная почта',
      '邮箱',
    ],
  ])('is the name of a column: %j', (cell) => {
    expect(readsAsPerson(cell)).toBeNull();
  });

  it('is looked at in linear time, however long', () => {
    for (const piece of ['a ', 'a@', '<', '1 ', '_at_', '[at', 'at '])
      expect([null, 'address', 'number']).toContain(readsAsPerson(piece.repeat(40_000)));
  });
});
