/** Errors between processes: what the user is told is the same as if there were one process. */
import {
  type ErrorParts,
  FaultError,
  InputError,
  RopewalkError,
  UnsupportedError,
} from '../../../src/base/errors.ts';

export interface PackedError extends Pick<ErrorParts, 'code' | 'message' | 'hint'> {
  readonly class: 'input' | 'unsupported' | 'fault';
}

export function packError(error: unknown): PackedError {
  if (!(error instanceof RopewalkError)) {
    const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
    return { class: 'fault', code: 'keeper-failed', message, hint: undefined };
  }
  const { code, message, hint } = error;
  return { class: classOf(error), code, message, hint };
}

function classOf(error: RopewalkError): PackedError['class'] {
  if (error instanceof InputError) return 'input';
  return error instanceof UnsupportedError ? 'unsupported' : 'fault';
}

export function unpackError(packed: PackedError): RopewalkError {
  const parts: ErrorParts = packed;
  switch (packed.class) {
    case 'input':
      return new InputError(parts);
    case 'unsupported':
      return new UnsupportedError(parts);
    case 'fault':
      return new FaultError(parts);
  }
}
