import type { HostMember, HostPart } from '@ethogram/model';

type Fast = NonNullable<HostMember['fast']>;
type Joint = NonNullable<HostPart['joint']>;
type Relation = NonNullable<HostPart['relation']>;

/** A member without its calibration. */
export interface MemberFacts extends Omit<HostMember, 'fast'> {
  readonly fast: Omit<Fast, 'calibration'> | null;
}

/**
 * What watching a host needs of its model beside what is unpacked from it: no calibrations and no
 * packed matrix.
 */
export interface HostFacts {
  readonly members: readonly MemberFacts[];
  readonly joint: Pick<Joint, 'scale'> | null;
  readonly relation: Pick<Relation, 'edges'> | null;
}

/** Takes the facts out of a model's part. */
export function hostFactsOf({ members, joint, relation }: HostPart): HostFacts {
  return {
    members: members.map(({ kind, name, metrics, mean, sd, fast }) => ({
      ...{ kind, name, metrics, mean, sd },
      fast: fast && { activity: fast.activity, failures: fast.failures, scale: fast.scale },
    })),
    joint: joint && { scale: joint.scale },
    relation: relation && { edges: relation.edges },
  };
}
