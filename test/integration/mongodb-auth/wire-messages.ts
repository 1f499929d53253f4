import { BSON, type Document } from 'mongodb';

const HEADER_BYTES = 16;
const OP_REPLY = 1;
const OP_QUERY = 2004;
const OP_MSG = 2013;

/** A message of the wire protocol; its bytes, and the command in it. */
export interface WireMessage {
  readonly bytes: Buffer;
  readonly requestId: number;
  readonly opCode: number;
  readonly command: Document;
}

/**
 * Splits what a client has sent so far into messages.
 * @returns the whole ones, and what is left
 */
export function splitMessages(bytes: Buffer): { messages: WireMessage[]; rest: Buffer } {
  const messages: WireMessage[] = [];
  let rest = bytes;
  while (rest.length >= HEADER_BYTES && rest.length >= rest.readInt32LE(0)) {
    const length = rest.readInt32LE(0);
    messages.push(parse(rest.subarray(0, length)));
    rest = rest.subarray(length);
  }
  return { messages, rest };
}

function parse(bytes: Buffer): WireMessage {
  const requestId = bytes.readInt32LE(4);
  const opCode = bytes.readInt32LE(12);
  return { bytes, requestId, opCode, command: BSON.deserialize(documentOf(bytes, opCode)) };
}

/** The document of an OP_MSG (its section of kind 0, which stands first) or an OP_QUERY. */
function documentOf(bytes: Buffer, opCode: number): Buffer {
  const start = opCode === OP_MSG ? HEADER_BYTES + 5 : bytes.indexOf(0, HEADER_BYTES + 4) + 1 + 8;
  if (opCode !== OP_MSG && opCode !== OP_QUERY) throw new RangeError(`operation ${opCode}`);
  return bytes.subarray(start, start + bytes.readInt32LE(start));
}

/** An answer, in the form in which it was asked. */
export function answer({ requestId, opCode }: WireMessage, document: Document): Buffer {
  const body = BSON.serialize(document);
  const isQuery = opCode === OP_QUERY;
  const between = Buffer.alloc(isQuery ? 20 : 5);
  if (isQuery) between.writeInt32LE(1, 16);
  const header = Buffer.alloc(HEADER_BYTES);
  header.writeInt32LE(HEADER_BYTES + between.length + body.length, 0);
  header.writeInt32LE(requestId, 8);
  header.writeInt32LE(isQuery ? OP_REPLY : OP_MSG, 12);
  return Buffer.concat([header, between, body]);
}
