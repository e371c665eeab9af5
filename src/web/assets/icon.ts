// The icon of the console, drawn to be legible at 16 pixels on light and dark.

export const icon = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24"><rect width="24" height="24" rx="5" fill="#0f5c5c"/><path d="M5 10.2 12 6l7 4.2V17a1 1 0 0 1-1 1H6a1 1 0 0 1-1-1Z M5.3 10.6 12 14.4l6.7-3.8" fill="none" stroke="#fff" stroke-width="1.6" stroke-linejoin="round"/></svg>
`;
