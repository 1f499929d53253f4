/** What may have become of an edge. */
export type EdgeChangeKind = 'gone' | 'new' | 'stronger' | 'weaker';

/** An edge that changed by more than sampling noise. */
export interface EdgeChange {
  /** Keys of the ends; directed from the first where `directed`. */
  readonly source: string;
  readonly target: string;
  readonly directed: boolean;
  readonly change: EdgeChangeKind;
  /** What was compared: partial correlations, observed links, or the presence of an end. */
  readonly test: 'correlation' | 'observed link' | 'source';
  /** Partial correlation, or transfers of an observed link, before and after; null where there is none. */
  readonly before: number | null;
  readonly after: number | null;
  /** False discovery rate at which the change is accepted; 0 where an end itself came or went. */
  readonly q: number;
}

/** How two graphs differ. */
export interface GraphDiff {
  readonly before: { readonly model: string; readonly from: string; readonly to: string };
  readonly after: { readonly model: string; readonly from: string; readonly to: string };
  /** Keys of sources that only one of the graphs has. */
  readonly sources: { readonly gone: readonly string[]; readonly new: readonly string[] };
  /** Ordered by kind of change, then by how sure it is. */
  readonly edges: readonly EdgeChange[];
  /** How many edges and pairs were compared. */
  readonly compared: number;
  readonly communities: {
    /** Adjusted Rand index over the sources of both, 1 where nothing changed; null below two. */
    readonly agreement: number | null;
    /** Keys of sources whose neighbours in the community are mostly others now. */
    readonly moved: readonly string[];
  };
}
