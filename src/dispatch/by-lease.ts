// Batches are gathered over leases, and each statement works under one.
import type { LeaseId } from '../domain/ids.ts';

export function byLease<Each extends { lease: LeaseId }>(all: readonly Each[]): Map<LeaseId, Each[]> {
  const groups = new Map<LeaseId, Each[]>();
  for (const each of all) {
    const group = groups.get(each.lease);
    if (group) group.push(each);
    else groups.set(each.lease, [each]);
  }
  return groups;
}
