import { ServiceError } from '../service.ts';

export const validation = (message: string): ServiceError => new ServiceError('ValidationException', message);

export const resourceNotFound = (name: string): ServiceError =>
  new ServiceError('ResourceNotFoundException', `Requested resource not found: Table: ${name} not found`);

export const resourceInUse = (message: string): ServiceError => new ServiceError('ResourceInUseException', message);
