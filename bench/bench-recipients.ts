// The recipient file of the sending runs: every row affected, in English, with every kind of data, so that
// every contender hands over the same letter. Reserved domains only.
import { writeFileSync } from 'node:fs';
import { allCategories } from '../src/rendering/exposed-list.ts';

/** The categories that each row holds. */
export const benchCategories = allCategories;

/** Writes `count` rows and answers the path. */
export function writeRecipients(path: string, count: number): string {
  const header = 'email,audience,name,locale,organization_id,user_id,city,region,country,os,browser,referrer\n';
  const rows = Array.from(
    { length: count },
    (_, index) =>
      `person.${index + 1}@example.com,affected,Ava Sample,en,org-${index % 5000},user-${index},Jakarta,DKI Jakarta,ID,Linux,Firefox 145,https://docs.example.com/start\n`,
  );
  writeFileSync(path, header + rows.join(''));
  return path;
}
