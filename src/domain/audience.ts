// The two audiences of an incident: those whose data was touched and those whose data was not.

export const audiences = ['affected', 'unaffected'] as const;
export type Audience = (typeof audiences)[number];
