import { type JsonHandlerOptions, jsonRpcHandler } from '../json-protocol.ts';

/** Step Functions' wire protocol in front of a {@link StepFunctionsService} or of a hub. */
export const stepFunctionsHandler = (options: Omit<JsonHandlerOptions, 'protocol'>) =>
  jsonRpcHandler({ ...options, protocol: { targetPrefix: 'AWSStepFunctions' } });
